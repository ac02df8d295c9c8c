"""The exposition goes on when settings change what a family is, seen over HTTP."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.exporter.running import (
    INSTANCES,
    REQUESTS,
    Running,
    address,
    running,
    simulator,
    tree,
    written,
)
from tests.servers import wait_until

pytestmark = pytest.mark.slow

SERVICE = {"service": "resource.service_name"}
STATE = {"state": "metric.state", **SERVICE}


def mapped(endpoint: str, **changes: Any) -> dict[str, Any]:
    """Return settings that read a gauge of Cloud Run under a name of their own."""
    metric = {
        "type": "run.googleapis.com/container/instance_count",
        "resource": "cloud_run_revision",
        "kind": "GAUGE",
        "value": "INT64",
        "help": "Instances.",
        "labels": SERVICE,
        "interval": "10s",
        **changes,
    }
    return tree(endpoint, metrics={"my_instances": metric})


def shows(found: Running, text: str) -> bool:
    """Say whether the page has a text; it is always served."""
    status, page = found.ask("/metrics")
    assert status == 200, page
    return text in page


def test_other_labels_after_a_reload(tmp_path: Path) -> None:
    """A family that gets another label, order of labels or help is exposed as it is configured."""
    with simulator(INSTANCES) as source:
        path = tmp_path / "monitoring.yaml"
        written(path, mapped(address(source)))
        with running(tmp_path, "--config", str(path)) as found:
            wait_until(lambda: shows(found, 'my_instances{service="'), "the family")
            for labels, text in (
                (STATE, 'my_instances{state="'),
                (dict(reversed(STATE.items())), '",state="'),
                (SERVICE, 'my_instances{service="'),
            ):
                written(path, mapped(address(source), labels=labels, help=f"{text}."))
                found.process.send_signal(signal.SIGHUP)
                wait_until(lambda text=text: shows(found, text), text)
            found.wait_ready()
            assert "exposition_failures" not in found.page()


def counted(endpoint: str, origin: str) -> dict[str, Any]:
    """Return settings that count requests by a label that is read from an origin."""
    request = {"type": "run.googleapis.com/request_count", "kind": "DELTA", "help": "Requests."}
    found = mapped(endpoint, **request, labels={"code": origin})
    metrics = found["google"]["metrics"]
    metrics["my_requests_total"] = metrics.pop("my_instances")
    return found


def test_a_label_of_a_counter_read_from_elsewhere_after_a_reload(tmp_path: Path) -> None:
    """Series that were counted before go on under the values that the label has from now on."""
    with simulator(REQUESTS) as source:
        path = tmp_path / "monitoring.yaml"
        written(path, counted(address(source), "metric.response_code_class"))
        with running(tmp_path, "--config", str(path)) as found:
            wait_until(lambda: shows(found, 'my_requests_total{code="2xx"}'), "the classes")
            written(path, counted(address(source), "metric.response_code"))
            found.process.send_signal(signal.SIGHUP)
            wait_until(lambda: shows(found, 'my_requests_total{code="200"}'), "the codes")
            assert shows(found, 'my_requests_total{code="2xx"}')
