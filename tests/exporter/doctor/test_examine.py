"""The doctor finds what is wrong, names it, and says how to fix it."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring, Family, ValueType
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.doctor.examine import examine, state_directory
from exporter.doctor.finding import Finding, Verdict
from exporter.settings import Settings
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from tests import servers
from tests.exporter.running import INSTANCES, REQUESTS, UP, address, simulator, tree

NAMES = (INSTANCES, REQUESTS, UP)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no generated files are."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def project() -> Iterator[Simulator]:
    """Serve a sound project."""
    with simulator(*NAMES) as found:
        yield found


def found(project: Simulator, folder: Path, *ports: int, **google: Any) -> dict[str, Finding]:
    """Return the findings by subject; Redis targets are on the ports."""
    targets = [{"name": f"r{i}", "url": f"redis://127.0.0.1:{p}"} for i, p in enumerate(ports)]
    settings = {
        "google": tree(address(project), *NAMES)["google"] | google,
        "storage": {"state_file": str(folder / "state.sqlite")},
        "redis": {"targets": targets, "timeout": "10s"},
    }
    findings = list(examine(Settings.model_validate(settings)))
    assert len({f.subject for f in findings}) == len(findings)
    return {finding.subject: finding for finding in findings}


def verdicts(findings: dict[str, Finding]) -> dict[str, str]:
    """Return how each subject is."""
    return {subject: str(finding.verdict) for subject, finding in findings.items()}


def test_all_is_well(project: Simulator, tmp_path: Path) -> None:
    """A sound project and Redis are found well, thing by thing, in the order of what run needs."""
    with servers.redis(tmp_path) as redis:
        findings = found(project, tmp_path, redis.port)
    assert list(findings) == [
        "state file",
        "credentials",
        "ion-demo: monitoring.timeSeries.list",
        "ion-demo: monitoring.metricDescriptors.list",
        *(f"ion-demo/{name}" for name in NAMES),
        "ion-demo: clock",
        "ion-demo: newest point",
        "redis r0",
    ]
    assert set(verdicts(findings).values()) == {"ok"}
    assert findings["credentials"].text == "none needed"
    assert findings[f"ion-demo/{UP}"].text == "4 series"
    assert [f for f in findings.values() if f.fix] == []


def test_a_missing_permission_prints_the_grant(project: Simulator, tmp_path: Path) -> None:
    """A refused project fails with the command that grants; its metrics are not tried."""
    findings = found(project, tmp_path, projects=["other-project", "ion-demo"])
    refused = findings["other-project: monitoring.timeSeries.list"]
    assert refused.verdict is Verdict.FAIL
    assert refused.fix == (
        "gcloud projects add-iam-policy-binding other-project "
        "--member=serviceAccount:ACCOUNT --role=roles/monitoring.viewer"
    )
    assert [s for s in findings if s.startswith("other-project/")] == []
    assert findings[f"ion-demo/{REQUESTS}"].verdict is Verdict.OK


def changed(name: str) -> Family:
    """Return a family whose metric holds another type of value than the catalog says."""
    family = CATALOG[name]
    assert isinstance(family.source, CloudMonitoring)
    return replace(family, source=replace(family.source, value=ValueType.DOUBLE))


def test_a_descriptor_that_differs_is_named(tmp_path: Path) -> None:
    """A metric that the API describes otherwise fails, with the setting that switches it off."""
    with simulator(INSTANCES, REQUESTS, changed(UP)) as project:
        findings = found(project, tmp_path)
    wrong = findings[f"ion-demo/{UP}"]
    metric = "cloudsql.googleapis.com/database/up"
    text = f"{metric}: the API has GAUGE DOUBLE, the catalog GAUGE INT64"
    fix = f"disable it: google.families.{UP}.enabled: false"
    assert wrong == Finding(f"ion-demo/{UP}", Verdict.FAIL, text, fix)
    assert findings[f"ion-demo/{INSTANCES}"].verdict is Verdict.OK


def test_a_metric_that_is_not_there_is_empty_and_one_that_fails_has_failed(tmp_path: Path) -> None:
    """No series is no fault; a call that fails is one, and costs only its metric."""
    faults = "fail=run.googleapis.com/request_count:INTERNAL"
    with simulator(INSTANCES, REQUESTS, faults=faults) as project:
        findings = found(project, tmp_path)
    assert findings[f"ion-demo/{UP}"].verdict is Verdict.EMPTY
    assert findings[f"ion-demo/{REQUESTS}"].verdict is Verdict.FAIL
    assert "on purpose" in findings[f"ion-demo/{REQUESTS}"].text
    assert findings[f"ion-demo/{INSTANCES}"].verdict is Verdict.OK


def checked(project: Simulator, folder: Path, **sections: Any) -> dict[str, Finding]:
    """Return the findings by subject on the simulated project with further settings."""
    google = tree(address(project), *NAMES)["google"] | sections.pop("google", {})
    if "application" in sections:
        google["families"] = google["families"] | {"app_*": {"enabled": True}}
    state = {"state_file": str(folder / "state.sqlite")}
    settings = Settings.model_validate({"google": google, "storage": state, **sections})
    return {finding.subject: finding for finding in examine(settings)}


def test_a_mistyped_metric_type_fails_with_the_one_that_is_meant(
    project: Simulator, tmp_path: Path
) -> None:
    """A type of google.metrics that the project does not have is a fault, not merely empty."""
    metric = {"type": "run.googleapis.com/request_cuont", "resource": "cloud_run_revision"}
    metric |= {"kind": "DELTA", "value": "INT64", "help": "Requests."}
    findings = checked(project, tmp_path, google={"metrics": {"my_requests_total": metric}})
    wrong = findings["ion-demo/my_requests_total"]
    assert wrong.verdict is Verdict.FAIL
    assert wrong.text == "ion-demo has no metric type run.googleapis.com/request_cuont"
    assert wrong.fix.startswith("did you mean run.googleapis.com/request_count?")


def test_log_based_metrics_that_were_never_created_name_the_script(
    project: Simulator, tmp_path: Path
) -> None:
    """Each metric of the road `logs` that the project lacks fails, and the script creates it."""
    findings = checked(project, tmp_path, application={"road": "logs"})
    missing = [f for s, f in findings.items() if s.startswith("ion-demo/app_")]
    assert {finding.verdict for finding in missing} == {Verdict.FAIL}
    assert len(missing) == 5
    assert all("examples/log_metrics/create.sh ion-demo" in f.fix for f in missing)


def test_managed_prometheus_without_a_sample_is_a_warning(
    project: Simulator, tmp_path: Path
) -> None:
    """The type appears with the first sample, which may be on its way."""
    findings = checked(project, tmp_path, application={"road": "managed_prometheus"})
    missing = [f for s, f in findings.items() if s.startswith("ion-demo/app_")]
    assert {finding.verdict for finding in missing} == {Verdict.WARN}


def test_a_server_that_is_not_there_says_where_to_look(project: Simulator, tmp_path: Path) -> None:
    """Where nothing answers, network, proxy and endpoint are named."""
    endpoint = f"127.0.0.1:{servers.free_port()}"
    findings = found(project, tmp_path, endpoint=endpoint, timeout="1s")
    failed = findings["ion-demo: monitoring.timeSeries.list"]
    assert failed.verdict is Verdict.FAIL
    assert failed.fix == "check the network, a proxy, and google.endpoint"


def test_a_dead_redis_fails_alone(project: Simulator, tmp_path: Path) -> None:
    """Of two Redis servers the dead one fails, with its address; the other one is well."""
    dead = servers.free_port()
    with servers.redis(tmp_path) as redis:
        findings = found(project, tmp_path, dead, redis.port)
    assert verdicts(findings)["redis r1"] == "ok"
    assert findings["redis r0"].verdict is Verdict.FAIL
    assert f"127.0.0.1:{dead}" in findings["redis r0"].text
    assert verdicts(findings)[f"ion-demo/{UP}"] == "ok"


def test_a_clock_that_is_behind_is_reported(tmp_path: Path) -> None:
    """The dates of answers say by how much."""
    with simulator(*NAMES, ahead=500) as project:
        clock = found(project, tmp_path)["ion-demo: clock"]
    assert (clock.verdict, clock.fix) == (Verdict.FAIL, "set the clock: systemctl restart chrony")
    assert re.fullmatch(r"this machine's clock is (49\d|500) s behind Google's", clock.text)


def test_nothing_to_read_has_failed(tmp_path: Path) -> None:
    """Without a project and a Redis there is nothing to read; a flag that names one is told."""
    settings = {"storage": {"state_file": str(tmp_path / "state")}}
    _, projects = examine(Settings.model_validate(settings))
    assert (projects.subject, projects.verdict) == ("projects", Verdict.FAIL)
    assert projects.fix == "--project my-project"


def test_missing_credentials_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials that is the finding, with the ways to get some; nothing is called."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    settings = {
        "google": {"projects": ["my-project"]},
        "storage": {"state_file": str(tmp_path / "state")},
    }
    _, credentials = examine(Settings.model_validate(settings))
    assert (credentials.subject, credentials.verdict) == ("credentials", Verdict.FAIL)
    assert credentials.text == "no Google credentials found."
    assert "gcloud auth application-default login" in credentials.fix


def state(path: Path) -> Finding:
    """Return what is found of a state file."""
    return state_directory(Settings.model_validate({"storage": {"state_file": str(path)}}))


def held(path: Path) -> list[str]:
    """Return everything that a state file holds, as SQL."""
    with closing(sqlite3.connect(path)) as store:
        return list(store.iterdump())


def test_a_state_file_is_tried_and_not_touched(tmp_path: Path) -> None:
    """A directory that can be written is enough; what a whole file holds stays as it is."""
    path = tmp_path / "deep" / "state.sqlite"
    assert state(path) == Finding("state file", Verdict.OK, f"{path} can be written")
    assert list(path.parent.iterdir()) == []
    SqliteStore(path).close()
    before = held(path)
    assert state(path) == Finding("state file", Verdict.OK, f"{path} is intact")
    assert before == held(path)


def test_a_state_file_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    """A place that is no directory fails with its fix; one that is foreign, or empty, warns."""
    (tmp_path / "file").write_text("x")
    failed = state(tmp_path / "file" / "state.sqlite")
    assert (failed.verdict, "storage.state_file" in failed.fix) == (Verdict.FAIL, True)
    foreign = tmp_path / "foreign.sqlite"
    foreign.write_bytes(b"no database at all" * 100)
    assert state(foreign).verdict is Verdict.WARN
    assert foreign.read_bytes() == b"no database at all" * 100
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    assert (state(empty).verdict, "it is empty" in state(empty).text) == (Verdict.WARN, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.sqlite", "file", "foreign.sqlite"]
    assert empty.read_bytes() == b""


def test_a_state_file_in_use_is_well(tmp_path: Path) -> None:
    """The process that holds it is named, and goes on holding it."""
    path = tmp_path / "held.sqlite"
    with closing(SqliteStore(path)):
        text = f"{path} is in use by process {os.getpid()}"
        assert state(path) == Finding("state file", Verdict.OK, text)


def test_the_projects_of_a_scope_are_named(tmp_path: Path) -> None:
    """A scope says whose series it returns; one without other projects is a warning."""
    members = Projects(members=("member-a", "member-b"))
    subject = "ion-demo: metrics scope"
    with simulator(*NAMES, projects=members) as project:
        scope = found(project, tmp_path, projects=["member-b"], scope="ion-demo")
        assert scope[subject].verdict is Verdict.OK
        assert scope[subject].text == "it also returns series of member-a"
        assert scope[f"ion-demo/{UP}"].text == "8 series"
        assert scope[f"member-b/{UP}"].text == "4 series"
        listed = found(project, tmp_path, projects=["ion-demo", "member-b"])[subject]
        assert listed.verdict is Verdict.WARN
        assert listed.text == "its answers also have series of member-a, which are not read"
        assert listed.fix.startswith("set google.scope: ion-demo")
        every = found(project, tmp_path, projects=["ion-demo", "member-a", "member-b"])
        assert subject not in every
    with simulator(*NAMES) as project:
        alone = found(project, tmp_path, projects=[], scope="ion-demo")
        assert alone[subject].verdict is Verdict.WARN
        assert alone[subject].fix.endswith("set google.projects: [ion-demo]")


@pytest.mark.slow
def test_an_application_s_redis_without_an_answer_is_one_finding(tmp_path: Path) -> None:
    """Its keys and its metrics are not reported apart where neither can be read."""
    tree = {
        "storage": {"state_file": str(tmp_path / "state.sqlite")},
        "redis": {"targets": [{"name": "r", "url": f"redis://127.0.0.1:{servers.free_port()}"}]},
        "application": {"redis": "r", "name": "shop"},
    }
    every = list(examine(Settings.model_validate(tree)))
    found = [finding for finding in every if finding.subject == "application shop"]
    assert [finding.verdict for finding in found] == [Verdict.FAIL]
    assert all(f.fix for f in every if f.verdict in (Verdict.FAIL, Verdict.WARN))
