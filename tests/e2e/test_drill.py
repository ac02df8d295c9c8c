"""All nine alerts, from a cause in the simulated project to those who are notified: live."""

from collections.abc import Iterator, Mapping

import pytest

from tests.e2e import drill
from tests.e2e.drill import Drill, Seen

NINE = {rule.alert: rule for rule in drill.nine()}


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Drill, Mapping[str, Seen]]]:
    """Let everything go wrong at once; with --deep, let it be over, too."""
    whole = bool(request.config.getoption("deep"))
    with drill.drilled(tmp_path_factory.mktemp("drill"), whole=whole) as found:
        yield found, found.seen


@pytest.mark.parametrize("name", NINE)
def test_each_alert_fires_and_notifies_its_channels_alone(
    outcome: tuple[Drill, Mapping[str, Seen]], name: str
) -> None:
    """An alert fires because of its cause, and reaches the channels of its severity."""
    seen = outcome[1][name]
    assert set(seen.notified) == drill.channels(NINE[name].severity)
    assert seen.fired > 0
    print(f"{name}: fired {seen.fired / 60:.1f} min after its cause began")  # noqa: T201


@pytest.mark.deep
@pytest.mark.parametrize("name", NINE)
def test_each_alert_ends(outcome: tuple[Drill, Mapping[str, Seen]], name: str) -> None:
    """When its cause is over an alert ends, everywhere."""
    assert outcome[1][name].resolved is not None


def test_nothing_else_fires(outcome: tuple[Drill, Mapping[str, Seen]]) -> None:
    """Of all other groups only the burn over days fires, which the same errors cause.

    And what is true here: the flags of Prometheus are quickened as its rules are.
    """
    assert set(NINE) <= set(outcome[1]) <= {*NINE, "ErrorBudgetBurn", "PrometheusFlagWrong"}


def test_only_the_more_urgent_notifies(outcome: tuple[Drill, Mapping[str, Seen]]) -> None:
    """Once the critical alert of a signal is notified, its warning is not; elsewhere it is.

    A value that rises may be beyond the lower limit one evaluation before the higher one; that
    warning is true when it is sent.
    """
    found = outcome[0]
    for signal in ("ErrorRate", "ResponseTime"):
        paged = min(found.began_in_slack(f"{signal}Critical", "europe-west1"))
        warned = found.began_in_slack(f"{signal}Warning", "europe-west1")
        assert [at - paged for at in warned if at > paged] == []
        assert found.began_in_slack(f"{signal}Warning", "asia-southeast1") != []
