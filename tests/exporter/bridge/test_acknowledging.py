"""Who has acknowledged what, and when it is over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledging import Answer, ChosenIncident
from exporter.bridge.incidents import FiringIncident
from tests.counting import is_linear
from tests.exporter.bridge.fleet import BEGAN, Fleet, acknowledging, began, held, kept

ALERT = held()
ID = ALERT.fingerprint


def firing(fleet: Fleet) -> FiringIncident:
    """Return the only incident that fires."""
    (found,) = fleet.firing.now().incidents
    return found


def fires(**more: object) -> Fleet:
    """Return servers of which all know the alert."""
    fleet = Fleet(alerts=[ALERT], first=[began(ALERT, BEGAN - 60)], second=[began(ALERT, BEGAN)])
    for name, value in more.items():
        setattr(fleet, name, value)
    fleet.ask()
    return fleet


def test_what_fires_is_acknowledged_by_who_comes_first(tmp_path: Path) -> None:
    """The first has it; the second is shown the first."""
    fleet = fires()
    with acknowledging(tmp_path, fleet) as keeping:
        (one,) = keeping.acknowledge([ChosenIncident(ID)], "ada", "rolling back")
        (two,) = keeping.acknowledge([ChosenIncident(ID)], "bob", "")
        assert (one.answer, two.answer) == (Answer.ACKNOWLEDGED, Answer.ALREADY)
        assert two.acknowledgement == one.acknowledgement
        found = keeping.of(firing(fleet))
        assert found is not None
        assert (found.user, found.comment, found.at) == ("ada", "rolling back", BEGAN + 600)
        assert found.since == (BEGAN - 60, BEGAN)


def test_what_was_acknowledged_is_withdrawn(tmp_path: Path) -> None:
    """By anybody, once; who and when is journaled, and the next acknowledgement is another."""
    fleet = fires()
    with kept(tmp_path, fleet) as (keeping, journal):
        assert keeping.withdraw([ChosenIncident(ID)], "bob")[0].answer is Answer.NOT_ACKNOWLEDGED
        keeping.acknowledge([ChosenIncident(ID)], "ada", "rolling back")
        other = ChosenIncident(ID, BEGAN + 500)
        choices = [ChosenIncident(ID), other, ChosenIncident("feed")]
        found = keeping.withdraw(choices, "bob")
        assert [each.answer for each in found] == [
            Answer.WITHDRAWN,
            Answer.ANOTHER,
            Answer.NOT_FIRING,
        ]
        assert found[0].acknowledgement is not None
        assert found[0].acknowledgement.user == "ada"
        keeping.review()
        assert (keeping.open(), keeping.of(firing(fleet))) == ((), None)
        fleet.clock.time += 60
        keeping.acknowledge([ChosenIncident(ID)], "bob", "")
        rows = AcknowledgementRows(journal.transaction).between(0.0, 2 * BEGAN)
        assert [(row.user, row.withdrawn_by, row.ended_at) for row in rows] == [
            ("ada", "bob", BEGAN + 600),
            ("bob", "", None),
        ]
    with acknowledging(tmp_path, fires()) as again:
        assert [each.user for each in again.open()] == ["bob"]


def test_nobody_withdraws_without_a_name(tmp_path: Path) -> None:
    """A withdrawal is somebody's."""
    with acknowledging(tmp_path, fires()) as keeping, pytest.raises(ValueError, match="whose it"):
        keeping.withdraw([ChosenIncident(ID)], "")


def test_what_does_not_fire_cannot_be_acknowledged(tmp_path: Path) -> None:
    """An id that nothing has, an alert that is over, and the watchdog change nothing."""
    watchdog = held("Watchdog", "none")
    fleet = fires(alerts=[watchdog])
    with acknowledging(tmp_path, fleet) as keeping:
        choices = [ChosenIncident("feed"), ChosenIncident(ID), ChosenIncident(watchdog.fingerprint)]
        found = keeping.acknowledge(choices, "ada", "")
        assert {each.answer for each in found} == {Answer.NOT_FIRING}
        assert keeping.open() == ()


def test_nobody_acknowledges_without_a_name(tmp_path: Path) -> None:
    """An acknowledgement is somebody's."""
    with (
        acknowledging(tmp_path, fires()) as keeping,
        pytest.raises(ValueError, match="whose it is"),
    ):
        keeping.acknowledge([ChosenIncident(ID)], "", "")


def test_a_page_of_the_last_incident_does_not_acknowledge_the_next(tmp_path: Path) -> None:
    """What was shown decides: it began at another time than what fires now."""
    with acknowledging(tmp_path, fires()) as keeping:
        (found,) = keeping.acknowledge([ChosenIncident(ID, BEGAN - 3600)], "ada", "")
        assert found.answer is Answer.ANOTHER
        (found,) = keeping.acknowledge([ChosenIncident(ID, BEGAN)], "ada", "")
        assert found.answer is Answer.ACKNOWLEDGED


def test_an_escalation_leads_to_what_it_escalates(tmp_path: Path) -> None:
    """The message of the second line has the escalation's id."""
    labels = {n: v for n, v in ALERT.labels.items() if n not in {"alertname", "severity"}}
    since = "2026-11-29 11:59:00 +0000 UTC"
    escalation = held(
        "Escalation",
        "escalation",
        escalates=ALERT.name,
        since=since,
        category="escalation",
        **labels,
    )
    other = replace(held(region="asia-southeast1"), annotations={})
    fleet = fires(alerts=[ALERT, escalation, other])
    with acknowledging(tmp_path, fleet) as keeping:
        (found,) = keeping.acknowledge([ChosenIncident(escalation.fingerprint)], "ada", "")
        assert found.acknowledgement is not None
        assert found.acknowledgement.fingerprint == ID
        assert [each.fingerprint for each in keeping.open()] == [ID]


@pytest.mark.parametrize(
    ("alerts", "first", "second", "goes_on"),
    [
        ([ALERT], [began(ALERT, BEGAN - 60)], [], True),
        ([ALERT], [], [began(ALERT, BEGAN)], True),
        ([ALERT], [], [], True),  # Prometheus has just started
        ([ALERT], None, None, True),
        ([], [began(ALERT, BEGAN - 60)], [], True),  # Alertmanager has just started
        (None, [began(ALERT, BEGAN - 60)], [], True),
        (None, None, None, True),  # nobody knows
        ([], [], [], False),
        ([], None, None, True),  # an answer that is missing is no end
        (None, [], [], True),
        ([], [], None, True),
        ([], [began(ALERT, BEGAN + 300)], [], False),  # the next one is pending
        ([replace(ALERT, starts_at=BEGAN + 360)], [began(ALERT, BEGAN + 300)], [], False),
    ],
)
def test_it_lasts_while_its_incident_does(
    tmp_path: Path, alerts: object, first: object, second: object, *, goes_on: bool
) -> None:
    """Whichever servers answer, it ends with its incident, and covers no later one."""
    fleet = fires()
    with acknowledging(tmp_path, fleet) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.alerts, fleet.first, fleet.second = alerts, first, second  # type: ignore[assignment]
        fleet.clock.time += 10
        fleet.ask()
        fleet.clock.time += 10
        keeping.review()
        assert bool(keeping.open()) is goes_on
        covered = [keeping.of(each) for each in fleet.firing.now().incidents]
        assert all((each is not None) is goes_on for each in covered)


def test_replicas_that_disagree_on_the_beginning_do_not_end_it(tmp_path: Path) -> None:
    """What a second Prometheus sees a minute later is the same incident, while the first has it."""
    fleet = fires(second=[])
    with acknowledging(tmp_path, fleet) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.second = [began(ALERT, BEGAN + 60)]
        fleet.ask()
        keeping.review()
        assert keeping.open()[0].since == (BEGAN - 60, BEGAN + 60)
        fleet.first = []
        fleet.ask()
        keeping.review()
        assert len(keeping.open()) == 1


def test_a_server_that_is_away_ends_nothing(tmp_path: Path) -> None:
    """However long an outage of Prometheus is, what it comes back with is acknowledged."""
    fleet = fires()
    with acknowledging(tmp_path, fleet, unseen=240) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.alerts, fleet.first, fleet.second = [], None, None
        fleet.ask()
        fleet.clock.time += 3600
        keeping.review()
        fleet.alerts, fleet.first = [replace(ALERT, starts_at=BEGAN + 3600)], [began(ALERT, BEGAN)]
        fleet.ask()
        keeping.review()
        assert [each.user for each in keeping.open()] == ["ada"]
        found = keeping.of(firing(fleet))
        assert found is not None
        assert found.user == "ada"


def test_servers_that_came_back_have_four_minutes(tmp_path: Path) -> None:
    """A restarted Alertmanager has what fires only after minutes: until then nothing is over."""
    fleet = fires()
    with acknowledging(tmp_path, fleet, unseen=240) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.alerts, fleet.first, fleet.second = [], None, []
        fleet.ask()
        fleet.clock.time += 900
        fleet.first = []
        fleet.ask()
        fleet.clock.time += 239
        keeping.review()
        assert len(keeping.open()) == 1
        fleet.clock.time += 1
        keeping.review()
        assert keeping.open() == ()


def test_servers_that_are_suddenly_empty_have_restarted(tmp_path: Path) -> None:
    """Between two answers, without their data: what they had is not over yet."""
    fleet = fires()
    with acknowledging(tmp_path, fleet, unseen=240) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.clock.time += 900
        fleet.alerts, fleet.first, fleet.second = [], [], []
        fleet.ask()
        keeping.review()
        assert len(keeping.open()) == 1
        assert keeping.acknowledge([ChosenIncident(ID)], "bob", "")[0].answer is Answer.NOT_KNOWN
        fleet.clock.time += 240
        keeping.review()
        assert keeping.open() == ()
        assert keeping.acknowledge([ChosenIncident(ID)], "bob", "")[0].answer is Answer.NOT_FIRING


def test_a_later_start_is_another_incident_where_prometheus_says_so(tmp_path: Path) -> None:
    """Alone it may be a restart of Prometheus: it ends nothing, and nobody has the later one."""
    fleet = fires()
    with acknowledging(tmp_path, fleet) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "")
        fleet.alerts = [replace(ALERT, starts_at=BEGAN + 360)]
        fleet.first = fleet.second = None
        fleet.ask()
        keeping.review()
        assert len(keeping.open()) == 1
        assert keeping.of(firing(fleet)) is None
        fleet.first = fleet.second = [began(ALERT, BEGAN + 300)]
        fleet.ask()
        keeping.review()
        assert keeping.open() == ()


def test_it_goes_on_after_a_restart_of_the_bridge(tmp_path: Path) -> None:
    """The journal has it, with every beginning; what is over by then ends."""
    fleet = fires()
    with acknowledging(tmp_path, fleet) as keeping:
        keeping.acknowledge([ChosenIncident(ID)], "ada", "rolling back")
        before = keeping.open()
    with acknowledging(tmp_path, fleet) as keeping:
        assert keeping.open() == before
        fleet.alerts, fleet.first, fleet.second = [], [], []
        fleet.ask()
        fleet.clock.time += 1
        keeping.review()
    with acknowledging(tmp_path, fleet) as keeping:
        assert keeping.open() == ()


def test_many_are_acknowledged_at_once(tmp_path: Path) -> None:
    """A name that is given twice counts once, and each incident has its own answer."""
    other = held(region="asia-southeast1")
    fleet = fires(alerts=[ALERT, other])
    with acknowledging(tmp_path, fleet) as keeping:
        choices = [
            ChosenIncident(ID),
            ChosenIncident(ID),
            ChosenIncident(other.fingerprint),
            ChosenIncident("feed"),
        ]
        found = keeping.acknowledge(choices, "ada", "")
        assert [each.answer.value for each in found] == ["acknowledged"] * 2 + ["not firing"]
        assert len(keeping.open()) == 2


def test_twice_as_many_choices_are_twice_the_work(tmp_path: Path) -> None:
    """Of those who acknowledged, only the ones of a choice's own alert are looked at."""
    alerts = [held(region=str(at)) for at in range(400)]
    with acknowledging(tmp_path, fires(alerts=alerts)) as keeping:

        def again(count: int) -> Callable[[], object]:
            choices = [ChosenIncident(one.fingerprint) for one in alerts[:count]]
            found = keeping.acknowledge(choices, "ada", "")
            assert {each.answer for each in found} <= {Answer.ACKNOWLEDGED, Answer.ALREADY}
            return lambda: keeping.acknowledge(choices, "ada", "")

        assert is_linear(again)
