"""From files to what is judged: which server a rule is for, what is known, what is used."""

import json
from pathlib import Path

import pytest

from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.checks.engine.context import Server
from generators.checks.engine.gathering import CheckRequest, gather, with_queries
from generators.checks.engine.problem import Text
from generators.checks.expressions import problems
from generators.output_folders import DASHBOARDS, SERVERS
from tests.generators.checks.judging import group

MAIN = """# prometheus --config.file=THIS --storage.tsdb.retention.time=72h
global: {scrape_interval: 2m}
rule_files: [rules/main.yml]
remote_write:
  - url: http://127.0.0.1:1/write
    write_relabel_configs:
      - {source_labels: [__name__], regex: "region:kept.*", action: keep}
"""
LONG = """# prometheus --config.file=THIS --storage.tsdb.retention.time=90d
rule_files: [rules/long*.yml]
"""
BOARD = {"panels": [{"targets": [{"expr": 'max(region:shown:max{region="$region"})'}]}]}


def record(name: str, expression: str = "max by (region) (cloudrun_instances)") -> dict[str, str]:
    """Return a recording rule."""
    return {"record": name, "expr": expression}


def project(root: Path, main: str, long: str = "groups: []\n") -> Path:
    """Write a project's generated files."""
    (root / SERVERS / "rules").mkdir(parents=True)
    (root / SERVERS / "prometheus.yml").write_text(MAIN)
    (root / SERVERS / "prometheus-longterm.yml").write_text(LONG)
    (root / SERVERS / "rules" / "main.yml").write_text(main)
    (root / SERVERS / "rules" / "longterm.yml").write_text(long)
    return root


def found(root: Path, *files: Path) -> list[str]:
    """Return the problems of a project, or of files beside it."""
    return [str(p) for p in problems(gather(CheckRequest(root, Settings(), files)))]


def test_a_rule_is_judged_by_its_server(tmp_path: Path) -> None:
    """Windows are held to scrape interval and retention of the server that loads the file."""
    short = record("a:short:rate2m", "sum(rate(cloudrun_requests_total[2m]))")
    long, other = (
        record(f"a:{name}:max", "max_over_time(region:main:max[10d])") for name in ("long", "other")
    )
    project(tmp_path, group(record("region:main:max"), short, long), group(other))
    main = f"{SERVERS}/rules/main.yml"
    assert found(tmp_path) == [
        (
            f"{main}:7: window: [2m] of cloudrun_requests_total is too short for rate: it is "
            "scraped every 2m; write [4m] or more"
        ),
        (
            f"{main}:9: window: region:main:max is read 1w3d back, but only 3d are kept; "
            "shorten it, or query the server that keeps more"
        ),
    ]


def test_a_rule_of_two_servers_is_held_to_the_smaller(tmp_path: Path) -> None:
    """A file that both servers load may look back only as far as both keep."""
    long = record("a:long:max", "max_over_time(cloudrun_instances[10d])")
    project(tmp_path, group(record("region:main:max")), group(long))
    assert found(tmp_path) == []
    config = tmp_path / SERVERS / "prometheus.yml"
    config.write_text(MAIN.replace("rules/main.yml", "rules/*.yml"))
    assert [text for text in found(tmp_path) if "only 3d are kept" in text] == found(tmp_path) != []


def test_a_user_s_file_knows_what_is_generated(tmp_path: Path) -> None:
    """Series that generated files record are known; problems of those files are not shown."""
    project(tmp_path, group(record("region:main:max"), record("wrong", "max(zzz)")))
    own = tmp_path / "own.yml"
    own.write_text(
        group(record("own:a:max", "max(region:main:max)"), record("own:b:max", "max(x:y:z)"))
    )
    assert found(tmp_path, own) == [
        f"{own}:7: metric: no rule records x:y:z; remove it, or record it"
    ]
    generated = tmp_path / SERVERS / "rules" / "main.yml"
    assert len(found(tmp_path, generated)) == len(("metric", "recording"))


def test_uses_are_those_of_rules_dashboards_and_remote_write(tmp_path: Path) -> None:
    """Without dashboards use is not checked; with them, only what nothing uses is named."""
    names = ("region:kept:max", "region:shown:max", "region:used:max", "region:idle:max")
    used = {"alert": "Used", "expr": "region:used:max > 1"}
    project(tmp_path, group(*map(record, names), used))
    assert [text for text in found(tmp_path) if "nothing uses" in text] == []
    (tmp_path / DASHBOARDS).mkdir(parents=True)
    (tmp_path / DASHBOARDS / "board.json").write_text(json.dumps(BOARD))
    assert [text for text in found(tmp_path) if "nothing uses" in text] == [
        f"{SERVERS}/rules/main.yml:10: recording: nothing uses region:idle:max; remove the rule"
    ]


def test_configurations_are_no_rule_files(tmp_path: Path) -> None:
    """Configurations are looked at for doubled keys only; others know their fields."""
    project(tmp_path, group(record("region:main:max")))
    assert found(tmp_path) == []
    (tmp_path / SERVERS / "alertmanager.yml").write_text("route: {}\nroute: {}\n")
    assert found(tmp_path) == [
        f"{SERVERS}/alertmanager.yml:2: field: route is written twice in one mapping; remove one"
    ]


def test_nothing_to_check_is_no_success(tmp_path: Path) -> None:
    """Where there are no rules the command that writes them is named."""
    with pytest.raises(IonmonError, match=r"no rules; write them: ionmon configs --config"):
        found(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file of other bytes than UTF-8 is named."""
    path = tmp_path / "own.yml"
    path.write_bytes(b"\xff")
    with pytest.raises(IonmonError, match=r"own\.yml: is not UTF-8"):
        found(tmp_path, path)


def test_queries_from_elsewhere_are_judged_alone(tmp_path: Path) -> None:
    """A dashboard's query, with its variables, is held to the same checks, at its own place."""
    project(tmp_path, group(record("region:main:max")))
    texts = [
        Text('rate(cloudrun_requests_total{region=~"$region"}[$__rate_interval])', "board.json", 3),
        Text('max(region:main:max{regoin=~"$region"}[$__range:] offset $back)', "board.json", 4),
        Text('max by ($by) (region:main:max{region="[[region]]"}) > $limit', "board.json", 5),
        Text("max_over_time(region:main:maxx[${window}])", "board.json", 6),
    ]
    context = with_queries(gather(CheckRequest(tmp_path, Settings())), texts, Server())
    assert [str(problem) for problem in problems(context)] == [
        (
            "board.json:4: syntax: this is no PromQL: expected type vector in aggregation "
            "expression, got matrix; fix the expression"
        ),
        "board.json:6: metric: no rule records region:main:maxx; did you mean 'region:main:max'?",
    ]
