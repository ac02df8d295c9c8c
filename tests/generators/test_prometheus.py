"""The configuration of both servers is what promtool takes, and each rule is loaded once."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import Settings
from generators.files import write
from generators.output_folders import SERVERS
from generators.prometheus import texts
from generators.rules.build import build
from generators.rules.build import texts as rule_texts
from generators.rules.longterm import KEPT
from tests.servers import free_port, prometheus, wait_until

TWO: dict[str, Any] = {"prometheus": {"longterm": "127.0.0.1:9091"}}
PAIR: dict[str, Any] = {
    "prometheus": {
        "longterm": "127.0.0.1:9091",
        "replicas": {"a": "10.0.0.1:9090", "b": "10.0.0.2:9090"},
        "external_labels": {"cluster": "eu"},
    }
}
SENTRY: dict[str, Any] = {"notifications": {"sentry": {"dsn_file": "dsn"}}}


def written(root: Path, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Write configuration and rules; return the configuration by file."""
    settings = Settings.model_validate(given)
    found = texts(settings, build(settings))
    write(root, found | rule_texts(build(settings)))
    return {Path(name).name: yaml.safe_load(text) for name, text in found.items()}


@pytest.mark.parametrize(
    "given", [{}, TWO, SENTRY | TWO, PAIR], ids=["one", "two", "bridge", "pair"]
)
def test_promtool_has_no_complaint(tmp_path: Path, given: dict[str, Any]) -> None:
    """Each file passes promtool's check with its lint, the rule files it names included."""
    for name in written(tmp_path, given):
        file = str(tmp_path / SERVERS / name)
        command = ["promtool", "check", "config", "--lint=all", "--lint-fatal", file]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_one_server_loads_every_rule(tmp_path: Path) -> None:
    """Without a second server nothing is written elsewhere, and the first keeps 90 days."""
    found = written(tmp_path, {})
    assert set(found) == {"prometheus.yml"}
    assert len(found["prometheus.yml"]["rule_files"]) == len(build(Settings()).all)
    assert "remote_write" not in found["prometheus.yml"]
    assert "retention.time=90d" in (tmp_path / SERVERS / "prometheus.yml").read_text()


def test_two_servers_share_the_rules(tmp_path: Path) -> None:
    """Each rule file is loaded by exactly one of them."""
    found = written(tmp_path, TWO)
    loaded = [name for body in found.values() for name in body["rule_files"]]
    assert sorted(loaded) == sorted(f"rules/{f.name}" for f in build(Settings()).all)
    assert "retention.time=72h" in (tmp_path / SERVERS / "prometheus.yml").read_text()


def test_the_server_scrapes_itself_where_it_is(tmp_path: Path) -> None:
    """The job of Prometheus itself has the address of the settings."""
    found = written(tmp_path, {"prometheus": {"address": "prometheus:9095"}})["prometheus.yml"]
    (job,) = (job for job in found["scrape_configs"] if job["job_name"] == "prometheus")
    assert job["static_configs"] == [{"targets": ["prometheus:9095"]}]


def test_of_a_pair_each_has_its_file_and_the_first_one_writes(tmp_path: Path) -> None:
    """Both scrape the same and send alerts that are alike; the second server is fed by one."""
    found = written(tmp_path, PAIR)
    assert set(found) == {"prometheus.yml", "prometheus-b.yml", "prometheus-longterm.yml"}
    first, second, kept = (found[name] for name in sorted(found, key=len))
    assert first["global"]["external_labels"] == {"cluster": "eu", "replica": "a"}
    assert second["global"]["external_labels"] == {"cluster": "eu", "replica": "b"}
    assert kept["global"]["external_labels"] == {"cluster": "eu"}
    assert [job["static_configs"] for job in first["scrape_configs"][1:2]] == [
        [{"targets": ["10.0.0.1:9090"]}]
    ]
    for body in (first, second):
        (relabel,) = body["alerting"]["alert_relabel_configs"]
        assert relabel == {"regex": "replica", "action": "labeldrop"}
    (remote,) = first["remote_write"]
    assert remote["write_relabel_configs"][1] == {
        "regex": "cluster|replica",
        "action": "labeldrop",
    }
    assert "remote_write" not in second


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"exporters": ["a:1", "b:1"]}, "would read and count everything twice"),
        ({"exporters": ["a:1", "a:1"], "separate_exporters": True}, "'a:1' is scraped already"),
        (
            {"exporters": ["127.0.0.1:1", "localhost:1"], "separate_exporters": True},
            "'localhost:1' is scraped already",
        ),
        ({"replicas": {"longterm": "a:1"}}, "choose another name"),
        ({"replicas": {"a": "h:1", "b": "h:1"}}, "the address of two replicas"),
        ({"external_labels": {"replica": "a"}}, "remove it here"),
        ({"external_labels": {"a b": "a"}}, "no name of a label"),
    ],
)
def test_what_would_count_twice_is_refused(given: dict[str, Any], text: str) -> None:
    """Two exporters of one settings file, one exporter by two names, replicas that are one."""
    with pytest.raises(ValueError, match=text):
        Settings.model_validate({"prometheus": given})


@pytest.mark.parametrize("server", ["prometheus", "longterm"])
def test_the_stack_starts_servers_as_their_files_say(server: str) -> None:
    """The Procfile has every flag of the generated headers."""
    root = Path(__file__).parents[2]
    lines = (root / "Procfile").read_text().splitlines()
    (command,) = (line for line in lines if line.startswith(f"{server}: "))
    file = "prometheus.yml" if server == "prometheus" else "prometheus-longterm.yml"
    head = (root / SERVERS / file).read_text().splitlines()[1]
    needed = head.split()[3:]  # after `# prometheus --config.file=THIS`
    assert len(needed) >= 3
    assert not set(needed) - set(command.split())


def test_the_bridge_is_scraped_where_there_is_one(tmp_path: Path) -> None:
    """Its job is there with Sentry or a section of its own, with its token, and not without."""
    protected = {"tls": True, "credentials_file": "token", "address": "10.0.0.9:9842"}
    found = [
        [j for j in _jobs(written(tmp_path, given)) if j["job_name"] == "ionmon-bridge"]
        for given in ({}, SENTRY, {"notifications": {"bridge": protected}})
    ]
    assert [len(jobs) for jobs in found] == [0, 1, 1]
    assert set(found[1][0]) == {"job_name", "static_configs"}
    ((job,),) = found[2:]
    assert (job["scheme"], job["static_configs"]) == ("https", [{"targets": ["10.0.0.9:9842"]}])
    assert job["authorization"] == {"credentials_file": "/etc/alertmanager/secrets/token"}


def _jobs(files: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = files["prometheus.yml"]["scrape_configs"]
    return found


def test_the_second_server_gets_what_is_kept_and_nothing_else(tmp_path: Path) -> None:
    """Recorded aggregates and ALERTS arrive by remote write; raw series do not."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    rules = {"groups": [{"name": "g", "interval": "1s", "rules": [
        {"record": "project:x:longterm_mean", "expr": "vector(1)"},
        {"record": "project:slo_x:ratio5m", "expr": "vector(2)"},
        {"record": "project:x:ratio5m", "expr": "vector(3)"},
        {"alert": "Always", "expr": "vector(1)"},
    ]}]}  # fmt: skip
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    receiver = "--web.enable-remote-write-receiver"
    with prometheus(tmp_path / "two", "{}", receiver) as second:
        kept = {"source_labels": ["__name__"], "regex": KEPT, "action": "keep"}
        url = f"http://127.0.0.1:{second.port}/api/v1/write"
        body = {
            "rule_files": [str(tmp_path / "rules.yml")],
            "scrape_configs": [
                {
                    "job_name": "self",
                    "scrape_interval": "1s",
                    "static_configs": [{"targets": [f"127.0.0.1:{free_port()}"]}],
                }
            ],
            "remote_write": [{"url": url, "write_relabel_configs": [kept]}],
        }
        with prometheus(tmp_path / "one", yaml.safe_dump(body)) as first:
            wanted = {"project:x:longterm_mean", "project:slo_x:ratio5m", "ALERTS"}

            def names(of: object) -> set[str]:
                return set(of.api("label/__name__/values"))  # type: ignore[attr-defined]

            wait_until(lambda: wanted <= names(second), "what is kept")
            wait_until(lambda: {"up", "project:x:ratio5m"} <= names(first), "the rest, here")
            assert names(second) == wanted
