"""The states of an alert, evaluation by evaluation."""

import numpy as np
import pytest

from generators.tuning.model import TimeGrid
from generators.tuning.replay import Conditions, Delays, Firing, Stretch, firings, states
from generators.tuning.sample_windows import Flags


def flags(text: str) -> Flags:
    """Return flags: x is true."""
    return np.array([letter == "x" for letter in text])


def spelled(begins: str, goes_on: str = "", *, before: int = 2, after: int = 2) -> str:
    """Return the states: p is pending, F is firing."""
    found = states(Conditions(flags(begins), flags(goes_on or begins)), Delays(before, after))
    text = ["."] * len(begins)
    for letter, stretches in (("p", found.pending), ("F", found.firing)):
        for each in stretches:
            end = len(begins) if each.end is None else each.end
            text[each.start : end] = letter * (end - each.start)
    return "".join(text)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (".xx.xxx...", ".pp.ppFFF."),  # `for` begins anew after a pause
        (".xxx.x..x....", ".ppFFFFFFFF.."),  # a pause shorter than keep_firing_for ends nothing
        (".xxx...xxx", ".ppFFF.ppF"),  # after its end it has to be true for `for` again
        ("xxx", "ppF"),  # still firing where history ends
        (".....", "....."),
    ],
)
def test_for_and_keep_firing_for(condition: str, expected: str) -> None:
    """It fires after `for`, and ends `keep_firing_for` after the first false evaluation."""
    assert spelled(condition) == expected


def test_without_delays_it_follows_its_condition() -> None:
    """Each true evaluation fires, none is pending."""
    assert spelled(".x.xx.", before=0, after=0) == ".F.FF."


def test_what_keeps_it_does_not_begin_it() -> None:
    """While it fires, a condition of its own counts; before, it does not."""
    assert spelled("..xxx.........", "xxxxxxxxx.....", after=0) == "..ppFFFFF....."


def test_delays_are_whole_evaluations() -> None:
    """A `for` of a minute and a half is over with the second evaluation."""
    assert Delays.of(90, 120) == Delays(2, 2)
    assert Delays.of(900, 0, interval=300) == Delays(3, 0)


def test_firings_have_times() -> None:
    """What fires at the end of history has no end."""
    found = states(Conditions(flags("xx..x"), flags("xx..x")), Delays(0, 0))
    assert found.firing == (Stretch(0, 2), Stretch(4, None))
    at = (("region", "here"),)
    assert firings(at, found, TimeGrid(600, 60, 5)) == (
        Firing(labels=at, began=600, ended=720),
        Firing(labels=at, began=840, ended=None),
    )
