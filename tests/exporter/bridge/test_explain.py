"""An explanation has three facts that Prometheus knows, and says what it does not know."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.bridge.explain import Explainer, Explanation, log_link
from exporter.monitoring_config import MonitoringConfig, parsed, read_config
from exporter.prometheus.api import Points, Prometheus, TimeSpan
from exporter.settings import Settings
from generators.monitoring_config import CONFIG_FILE
from generators.outputs import texts
from tests.servers import blocks, free_port, prometheus

pytestmark = pytest.mark.slow

CONFIG = read_config(Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json")
NOW = 1_795_939_200  # Sun 29 Nov 2026 08:00 UTC
MINUTE = 60
SINCE = NOW - 10 * MINUTE
WHERE = {"gcp_project": "shop", "service_name": "checkout", "region": "europe-west1"}
ALERT = {"alertname": "ErrorRateCritical", "severity": "critical", **WHERE}
RATES = {"europe-west1": 0.12, "us-central1": 0.004}


def _counter(name: str, labels: str, a_minute: float, start: int = NOW - 120 * MINUTE) -> list[str]:
    return [
        f"{name}{{{labels}}} {(at - start) / 60 * a_minute:.3f} {at}"
        for at in range(start, NOW + 1, 30)
    ]


def samples() -> str:
    """Return two regions of a service, one of which fails since a deploy and more instances."""
    lines: list[str] = []
    for region, rate in RATES.items():
        where = f'gcp_project="shop",region="{region}",service_name="checkout"'
        for code, share in (("2xx", 1 - rate), ("4xx", rate / 4), ("5xx", rate * 3 / 4)):
            labels = f'{where},response_code_class="{code}"'
            lines += _counter("cloudrun_requests_total", labels, 6000 * share)
            recorded = "project_region_service_class:cloudrun_requests:increase5m"
            lines += [
                f"{recorded}{{{labels}}} {30_000 * share:.3f} {at}"
                for at in range(NOW - 600, NOW + 1, 60)
            ]
        for at in range(NOW - 120 * MINUTE, NOW + 1, 30):
            more = region == "europe-west1" and at >= SINCE - 12 * MINUTE
            lines.append(f'cloudrun_instances{{{where},state="active"}} {8 + 12 * more} {at}')
    for endpoint, share in (("/process", 0.01), ("/bulk-process", 0.4)):
        for code, part in (("2xx", 1 - share), ("5xx", share)):
            labels = f'region="europe-west1",endpoint="{endpoint}",response_code_class="{code}"'
            name = "region_endpoint_class:app_requests:increase5m"
            lines += [
                f"{name}{{{labels}}} {1000 * part} {at}" for at in range(NOW - 600, NOW + 1, 60)
            ]
    lines += _durations()
    billed = "cloudrun_billable_instance_seconds_total"
    where = 'gcp_project="shop",region="europe-west1",service_name="checkout"'
    lines += _counter(billed, f'{where},revision_name="checkout-00041"', 60)
    new = SINCE - 5 * MINUTE
    lines += _counter(billed, f'{where},revision_name="checkout-00042"', 180, new)
    return "\n".join((*lines, "# EOF", ""))


def _durations() -> list[str]:
    """Return response times: slow are the failing ones of a region, and those of an endpoint."""
    found: list[str] = []
    for region in RATES:
        where = f'gcp_project="shop",region="{region}",service_name="checkout"'
        for code, slow in (("2xx", 0), ("5xx", 90 * (region == "europe-west1"))):
            labels = f'{where},response_code_class="{code}"'
            found += _histogram("cloudrun_request_duration_seconds", labels, slow)
    for endpoint, slow in (("/process", 0), ("/bulk-process", 90)):
        labels = f'region="europe-west1",endpoint="{endpoint}"'
        found += _histogram("app_request_duration_seconds", labels, slow)
    for region, busy in (("europe-west1", 0.9), ("us-central1", 0.3)):
        where = f'gcp_project="shop",region="{region}",service_name="checkout"'
        name = "cloudrun_cpu_utilization_ratio"
        found += [*_counter(f"{name}_sum", where, 60 * busy), *_counter(f"{name}_count", where, 60)]
    return found


def _histogram(name: str, labels: str, slow: int) -> list[str]:
    """Return a histogram of 100 a minute, so many of which take half a second, others 0.1 s."""
    counts = (("0.1", 100 - slow), ("0.5", 100), ("+Inf", 100))
    return [
        line
        for bound, count in counts
        for line in _counter(f"{name}_bucket", f'{labels},le="{bound}"', count, NOW - 1800)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus with these two hours."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "samples.om").write_text(samples())
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        yield Prometheus(f"http://127.0.0.1:{running.port}")


def explained(
    server: Prometheus, since: float = SINCE, config: MonitoringConfig = CONFIG, **labels: str
) -> Explanation:
    """Return the explanation of the alert, with other labels if given."""
    return Explainer(config, server, float(NOW)).explain({**ALERT, **labels}, since)


def test_three_facts(server: Prometheus) -> None:
    """The value against the limit, the worst splits, and the newest of two changes before it."""
    found = explained(server)
    assert found.faults == ()
    assert found.value == (
        "Error rate (4xx and 5xx): 12%, limit 1%; it fires since 29 Nov 07:50 UTC, for 10m."
    )
    assert found.worst == (
        "Worst region: europe-west1, 12%; the next one has 0.4%.",
        "Most of them by class: 5xx, 75% of the errors.",
        "Worst endpoint: /bulk-process, 40%; the next one has 1%.",
        "Of 2 revisions, checkout-00042 has 75% of the instance time.",
    )
    assert found.change.startswith("Deploy of checkout-00042 at 29 Nov 07:4")
    assert found.facts == (found.value, *found.worst, found.change)


def test_each_signal_is_split_by_what_its_series_have(server: Prometheus) -> None:
    """Response times by region, class and endpoint; the CPU by region."""
    assert explained(server, alertname="ResponseTimeCritical").worst == (
        "Worst region: europe-west1, 456 ms; the next one has 95 ms.",
        "Worst class: 5xx, 478 ms; the next one has 95 ms.",
        "Worst endpoint: /bulk-process, 478 ms; the next one has 95 ms.",
        "Of 2 revisions, checkout-00042 has 75% of the instance time.",
    )
    assert explained(server, alertname="CPUHigh").worst == (
        "Worst region: europe-west1, 90%; the next one has 30%.",
        "Of 2 revisions, checkout-00042 has 75% of the instance time.",
    )


def test_one_revision_is_no_split(server: Prometheus) -> None:
    """A region in which none is known, and a file that does not have the query, say nothing."""
    assert not any("revision" in text for text in explained(server, region="us-central1").worst)
    assert CONFIG.events is not None
    older = CONFIG.events.model_copy(update={"revisions": None})
    found = explained(server, config=CONFIG.model_copy(update={"events": older}))
    assert not any("revision" in text for text in found.worst)
    assert found.change.startswith("Deploy of checkout-00042")


def test_an_alert_without_a_threshold_has_its_signal(server: Prometheus) -> None:
    """An anomaly has no limit; its value and its splits are those of its signal."""
    found = explained(server, alertname="ErrorRateAnomaly", severity="low")
    assert found.value.startswith("Error rate (4xx and 5xx): 12%; it fires since")
    assert found.worst == explained(server).worst


def test_a_value_is_that_of_all_labels_of_the_alert(server: Prometheus) -> None:
    """A metric of the settings may have any: a revision is compared to the others."""
    revisions = (
        f'label_replace(vector({value}), "revision_name", "{name}", "", "")'
        for name, value in (("checkout-00041", 0.1), ("checkout-00042", 0.3))
    )
    signal = CONFIG.signals["cpu_utilization"].model_copy(
        update={"query": " or ".join(revisions), "split_by": ("revision_name",)}
    )
    alert = CONFIG.alert({"alertname": "CPUHigh"})
    assert alert is not None
    own = alert.model_copy(update={"signal": "own"})
    config = CONFIG.model_copy(update={"signals": {"own": signal}, "alerts": (own,)})
    found = explained(
        server, config=config, alertname="CPUHigh", revision_name="checkout-00041", region=""
    )
    assert found.value.startswith("Mean CPU utilization: 10%, limit 80%; ")
    assert found.worst[0] == "Worst revision: checkout-00042, 30%; the next one has 10%."


def test_a_service_is_held_against_its_own_limit(server: Prometheus) -> None:
    """10% of the service that is set apart, and 1% still of any other one."""
    alerts = {"ErrorRateCritical": {"threshold": "10%", "for": "15m"}}
    body = {"google": {"projects": ["shop"]}, "services": {"checkout": {"alerts": alerts}}}
    config = parsed(texts(Settings.model_validate(body))[CONFIG_FILE], CONFIG_FILE)
    assert "12%, limit 10%; it fires since" in explained(server, config=config).value
    other = explained(server, config=config, service_name="search")
    assert "no data now, limit 1%; it fires since" in other.value


def test_another_region_is_not_explained_by_this_one(server: Prometheus) -> None:
    """The value is that of the alert's own region; instances of another one did not change."""
    found = explained(server, region="us-central1")
    assert found.value.startswith("Error rate (4xx and 5xx): 0.4%, ")
    assert "instances" not in found.change.lower() or "europe" not in found.change


def test_a_change_of_instances_is_found_where_nothing_was_deployed(server: Prometheus) -> None:
    """Seven minutes before the deploy the region was scaled."""
    found = explained(server, since=SINCE - 8 * MINUTE)
    assert found.change == (
        "Instances in europe-west1 went from 8 to 20 at 29 Nov 07:38 UTC, 4m before."
    )


class Deployed(Prometheus):
    """A server that knows when one revision began, whatever is asked, and that nothing scaled."""

    at = 0.0

    def instant(self, query: str, at: float) -> list[Points]:
        """Return the beginning for the query of deploys, eight instances for any other."""
        assert CONFIG.events is not None
        deploys = query == CONFIG.events.deploys
        labels = {**WHERE, **({"revision_name": "checkout-7"} if deploys else {})}
        value = self.at * 1000 if deploys else 8.0
        return [Points(tuple(sorted(labels.items())), (at,), (value,))]

    def range(self, query: str, span: TimeSpan, step: float) -> list[Points]:
        """Return eight instances at both ends."""
        del query, step
        return [Points(tuple(sorted(WHERE.items())), (span.start, span.end), (8.0, 8.0))]


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (29, "Deploy of checkout-7 at 29 Nov 07:21 UTC, 29m before."),
        (31, "No deploy and no change of instances in the 30 minutes before."),
        (-1, "No deploy and no change of instances in the 30 minutes before."),
    ],
)
def test_only_a_deploy_of_the_half_hour_before_is_named(before: float, change: str) -> None:
    """An older one did not cause it, nor did one that came after it."""
    server = Deployed("http://stand-in")
    server.at = SINCE - before * MINUTE
    assert explained(server).change == change


def test_no_change_is_said_only_where_it_is_known(server: Prometheus) -> None:
    """An hour earlier nothing changed; of a service without data nothing is said."""
    assert explained(server, since=NOW - 60 * MINUTE).change == (
        "No deploy and no change of instances in the 30 minutes before."
    )
    assert explained(server, service_name="unknown").change == ""
    assert explained(server, since=NOW - 110 * MINUTE).change == "", "ten minutes are known"


def test_what_is_not_known_is_not_guessed(server: Prometheus) -> None:
    """A service without data has no value and no split, and is not given another one's."""
    found = explained(server, service_name="unknown")
    assert found.value.startswith("Error rate (4xx and 5xx): no data now, limit 1%; ")
    assert "Worst region" not in "".join(found.worst)


def test_an_alert_of_its_own_making_says_since_when(server: Prometheus) -> None:
    """An alert that is about no signal has its time, and the revisions of its service."""
    found = explained(server, alertname="Own")
    assert found.value == "It fires since 29 Nov 07:50 UTC, for 10m."
    assert found.worst == ("Of 2 revisions, checkout-00042 has 75% of the instance time.",)


def test_a_burn_rate_is_no_limit_of_its_signal(server: Prometheus) -> None:
    """SLABreach watches availability, but 14.4× is none of its values."""
    found = explained(server, alertname="SLABreach")
    assert "Availability: 91%; it fires since" in found.value


def test_a_server_that_is_down_is_named() -> None:
    """Nothing is known then, and nothing is made up; the alert's time still is."""
    gone = Prometheus(f"http://127.0.0.1:{free_port()}", 2.0)
    found = explained(gone)
    assert len(found.faults) == 1
    assert found.away
    assert "not known" in found.value
    assert (found.worst, found.change) == ((), "")


def test_the_log_lines_are_those_of_the_service_region_and_time() -> None:
    """The address has the filter of failing requests, and no value can break out of its line."""
    found = log_link(ALERT, SINCE, CONFIG.signals["error_rate"].log_filter)
    assert found.startswith("https://console.cloud.google.com/logs/query;query=resource.type%3D")
    assert "resource.labels.service_name%3D%22checkout%22" in found
    assert "resource.labels.location%3D%22europe-west1%22" in found
    assert "httpRequest.status%3E%3D400" in found
    assert found.endswith(";timeRange=2026-11-29T07:35:00Z%2F2026-11-29T08:35:00Z?project=shop")
    evil = log_link({**ALERT, "service_name": 'x"\nOR a="b', "gcp_project": "p?q=1#"}, SINCE, None)
    assert "%0AOR" not in evil
    assert evil.endswith("?project=p%3Fq%3D1%23")
    assert log_link({"alertname": "X"}, SINCE, None) == ""
    assert log_link({**ALERT, "service_name": "x" * 10_000}, SINCE, None) == ""


def test_hostile_labels_do_no_harm(server: Prometheus) -> None:
    """Labels select nothing in queries: they are compared, never pasted into PromQL."""
    found = explained(server, region='x"} or vector(1) or {a="', service_name="y" * 100_000)
    assert found.faults == ()
    assert "no data now" in found.value
    assert replace(found, value="").worst == ()
