"""An alert is the same alert under another title, as long as it is about the same objective."""

from typing import Any

import pytest

from generators.versions.comparing import config_changes
from generators.versions.wording import lines
from tests.generators.versions.made_sets import made

Alert = dict[str, Any]


def breach(signal: str, query: str = "burn > 14.4", /, **where: list[str]) -> Alert:
    """Return an alert on the budget of a signal."""
    return {"name": "SLABreach", "where": where, "signal": signal, "for": "2m", "query": query}


def lines_of(old: list[Alert], new: list[Alert]) -> list[str]:
    """Return the lines on what changed."""
    return [*lines(config_changes(made(alerts=old).config, made(alerts=new).config))]


ALONE = breach("availability")
BESIDE = breach("availability", signal=["availability"])
LATENCY = breach("latency", signal=["latency"])
SHOP = {"service_name": ["shop"]}


@pytest.mark.parametrize(
    ("alone", "beside", "latency"),
    [
        ([ALONE], [BESIDE], LATENCY),
        (
            [ALONE, breach("availability", **SHOP)],
            [ALONE, breach("availability", **SHOP, signal=["availability"])],
            breach("latency", **SHOP, signal=["latency"]),
        ),
    ],
)
def test_a_second_objective_takes_no_alert_away(
    alone: list[Alert], beside: list[Alert], latency: Alert
) -> None:
    """The one on availability gets its signal into its title, and stays; and back again."""
    (line,) = lines_of(alone, [*beside, latency])
    assert line.startswith("+ alerts.SLABreach (")
    assert "latency" in line
    (line,) = lines_of([*beside, latency], alone)
    assert line.startswith("- alerts.SLABreach (")


def test_what_changed_beside_the_title_is_shown() -> None:
    """Under the title of today."""
    other = breach("availability", "burn > 6", signal=["availability"])
    assert lines_of([ALONE], [other, LATENCY])[-1].endswith(
        "alerts with another expression: SLABreach (availability)"
    )


def test_an_alert_on_another_signal_is_another_alert() -> None:
    """Its budget is another one."""
    assert len(lines_of([ALONE], [LATENCY])) == 2
