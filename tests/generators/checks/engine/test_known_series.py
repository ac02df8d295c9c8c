"""External series are those that the programs export, and functions are Prometheus'."""

import subprocess
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from exporter.catalog.model import Type
from generators.checks.engine.external_series import EXTERNAL
from generators.checks.syntax import AGGREGATIONS, FUNCTIONS
from tests.generators.checks.judging import group
from tests.servers import free_port, process, prometheus, wait_until

RULES = group({"alert": "Always", "expr": "vector(1)"}, interval="1s")
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]}}
remote_write: [{{url: 'http://127.0.0.1:{port}/nowhere'}}]
scrape_configs:
  - {{job_name: own, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}
"""
MANAGER = "route: {receiver: none}\nreceivers: [{name: none}]\n"


def page(port: int) -> dict[str, tuple[str, set[str]]]:
    """Return the type and the labels of each series of a page, by its name."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return {
        sample.name: (family.type, set(sample.labels))
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def answers(port: int) -> bool:
    """Tell whether a page can be read."""
    try:
        return bool(page(port))
    except OSError:
        return False


def test_series_of_other_programs_are_on_their_pages(tmp_path: Path) -> None:
    """Each series that is listed has its name, type and labels on Debian's programs' pages."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "manager.yml").write_text(MANAGER)
    port = free_port()
    manager = [
        "prometheus-alertmanager",
        f"--config.file={tmp_path / 'manager.yml'}",
        f"--storage.path={tmp_path / 'manager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    config = CONFIG.format(rules=tmp_path / "rules.yml", port=port)
    with process(manager, tmp_path / "manager.log"), prometheus(tmp_path, config) as server:
        wait_until(lambda: answers(port), "Alertmanager's page")
        wait_until(
            lambda: (
                "prometheus_notifications_sent_total" in page(server.port)
                and bool(server.api("query", query="up == 1")["result"])
            ),
            "a notification and a scrape",
        )
        found = {**page(port), **page(server.port)}
        for series in server.api("series", **{"match[]": '{__name__=~"up|scrape_.*"}'}):
            found[series["__name__"]] = ("gauge", set(series) - {"__name__", "job", "instance"})
    kinds = {Type.GAUGE: "gauge", Type.COUNTER: "counter"}
    stated = {row.name: (kinds[row.type], set(row.labels)) for row in EXTERNAL}
    assert {name: found.get(name) for name in stated} == stated


ARGUMENTS = {
    "absent": "up", "absent_over_time": "up[5m]", "clamp": "up, 0, 1", "clamp_max": "up, 1",
    "clamp_min": "up, 0", "day_of_month": "", "day_of_week": "", "day_of_year": "",
    "days_in_month": "", "hour": "", "minute": "", "month": "", "year": "", "pi": "", "time": "",
    "histogram_fraction": "0, 1, up", "histogram_quantile": "0.5, up",
    "label_join": 'up, "a", "b", "c"', "label_replace": 'up, "a", "b", "c", "d"',
    "predict_linear": "up[5m], 60", "quantile_over_time": "0.5, up[5m]", "vector": "1",
}  # fmt: skip
RANGES = {"changes", "delta", "deriv", "idelta", "increase", "irate", "rate", "resets"}
PARAMETERS = {"count_values": '"a", ', "quantile": "0.5, ", "topk": "2, ", "bottomk": "2, "}


def test_functions_are_those_of_prometheus(tmp_path: Path) -> None:
    """Prometheus 2.42 takes every function and aggregation that the checks allow."""
    queries = []
    for name in sorted(FUNCTIONS):
        over = name in RANGES or name.endswith("_over_time")
        queries.append(f"{name}({ARGUMENTS.get(name, 'up[5m]' if over else 'up')})")
    queries += [f"{name}({PARAMETERS.get(name, '')}up)" for name in sorted(AGGREGATIONS)]
    rules = [{"record": f"a:b:c{n}", "expr": query} for n, query in enumerate(queries)]
    path = tmp_path / "rules.yml"
    path.write_text(group(*rules))
    done = subprocess.run(
        ["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
