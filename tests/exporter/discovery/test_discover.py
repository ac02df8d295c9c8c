"""What a project has is found by the labels of its series, at the price that is stated."""

import time

import grpc
import pytest

from exporter.catalog.roads import by_logs
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.discovery.discover import CALLS, FAMILIES, discover
from exporter.discovery.model import Discovery, FoundDatabase, FoundService
from exporter.errors import IonmonError
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from exporter.telemetry import Telemetry
from tests.exporter.running import INSTANCES, address, simulator

NAMES = tuple(family.name for family, _ in FAMILIES)
REGIONS = ("asia-southeast1", "europe-west1", "us-central1")


def found(project: Simulator, *called: str) -> Discovery:
    """Return what is found through a real channel; every call is counted."""
    steps: list[int] = []
    with grpc.insecure_channel(address(project)) as channel:
        client = MonitoringClient(channel, CallLimits(10.0), Telemetry(0.0))
        result = discover(called or ("ion-demo",), client, time.time(), steps.append)
    assert steps == list(range(1, result.calls + 1))
    return result


def refusal(project: Simulator, *called: str) -> str:
    """Return why nothing can be found."""
    with pytest.raises(IonmonError) as error:
        found(project, *called)
    return str(error.value)


def test_services_databases_and_caches_are_found() -> None:
    """Services have their regions, replicas are known, and each kind of cache is named."""
    with simulator(*NAMES) as project:
        result = found(project)
        # What was reported is what the API counted.
        assert (result.calls, result.billed) == (project.calls, project.billed)
    assert result.calls == CALLS
    assert result.services == (FoundService("ion-demo", "ion-mentoring", REGIONS),)
    assert result.databases[:2] == (
        FoundDatabase("ion-demo", "ion-demo:ion-db", "us-central1"),
        FoundDatabase("ion-demo", "ion-demo:ion-db-asia", "asia-southeast1", is_replica=True),
    )
    assert [(one.name, one.product) for one in result.caches] == [
        ("ion-cache", "Redis"),
        ("ion-cluster", "Redis Cluster"),
        ("ion-valkey", "Valkey"),
    ]
    assert result.balancers == ("ion-map",)
    assert (result.others, result.log_metrics, result.faults) == ((), False, ())


def test_log_based_metrics_are_found() -> None:
    """A project in which the log-based metrics are defined has them; what it lacks is no fault."""
    with simulator(INSTANCES, by_logs()[0]) as project:
        result = found(project)
    assert (result.log_metrics, result.databases, result.faults) == (True, (), ())


def test_a_scope_of_100_projects() -> None:
    """The scoping project's calls find the services of all, and cost no call more."""
    members = tuple(f"ion-{number:02}" for number in range(99))
    with simulator(INSTANCES, projects=Projects(members=members, empty=("ion-empty",))) as project:
        result = found(project)
    assert result.calls == CALLS
    assert result.others == members
    assert len(result.services) == 100


def test_an_empty_project() -> None:
    """A project without resources is no error: nothing is found."""
    with simulator(INSTANCES, projects=Projects(empty=("ion-empty",))) as project:
        result = found(project, "ion-empty")
    assert result.is_empty
    assert (result.regions, result.faults) == ((), ())


def test_a_missing_right_names_both_fixes() -> None:
    """Google does not say whether a project is missing or a right is: both fixes are named."""
    with simulator(INSTANCES) as project:
        text = refusal(project, "other-project")
    assert text.startswith("other-project: PERMISSION_DENIED")
    assert "gcloud projects list" in text
    assert "gcloud projects add-iam-policy-binding other-project" in text


def test_a_disabled_api_is_enabled_by_one_command() -> None:
    """An API that is not enabled has the code of a missing right, and another fix."""
    with simulator(INSTANCES, faults="disabled") as project:
        text = refusal(project)
    assert text.endswith(
        "Enable the API: gcloud services enable monitoring.googleapis.com --project=ion-demo"
    )


def test_a_metric_that_fails_costs_itself() -> None:
    """What can be read is found, and the rest is named."""
    faults = "fail=cloudsql.googleapis.com/database/up:INTERNAL"
    with simulator(*NAMES, faults=faults) as project:
        result = found(project)
    assert (result.databases, len(result.services)) == ((), 1)
    assert [fault.split(":")[0] for fault in result.faults] == ["ion-demo/cloudsql_up"]


def test_no_connection_is_an_error_with_a_fix() -> None:
    """Where nothing answers, that is the error."""
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        client = MonitoringClient(channel, CallLimits(1.0), Telemetry(0.0))
        with pytest.raises(IonmonError, match="check the network, a proxy"):
            discover(("ion-demo",), client, time.time(), lambda _: None)
