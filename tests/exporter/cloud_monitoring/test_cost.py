"""Series to money, and a budget to longer intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.cloud_monitoring import cost
from exporter.cloud_monitoring.cost import MAX_STRETCH, Load, dollars, projected, stretch

REQUESTS = Load("requests", 60, 60.0, alerted=True)
SMALL = Load("small", 10, 60.0)
LARGE = Load("large", 200, 60.0)
LOADS = st.lists(
    st.builds(
        Load,
        st.uuids().map(str),
        st.integers(0, 5000),
        st.sampled_from([15.0, 60.0, 300.0]),
        st.booleans(),
    ),
    max_size=8,
)


def test_a_month_has_so_many_series() -> None:
    """100 series a minute are 4,320,000 in 30 days; an empty call is billed as one series."""
    assert Load("a", 100, 60.0).monthly() == 4_320_000
    assert Load("a", 100, 60.0).monthly(2.0) == 2_160_000
    assert Load("a", 0, 60.0).monthly() == 43_200


def test_the_first_million_is_free_and_the_next_costs_half_a_dollar() -> None:
    """Money is 0.50 dollars for each million series after the first, of all loads together."""
    assert [dollars(n) for n in (0, 1e6, 2e6, 4.32e6)] == [0.0, 0.0, 0.5, 1.66]
    assert projected([LARGE, SMALL]) == dollars(210 * 43_200)
    assert projected([LARGE, SMALL], {"large": 2.0}) == dollars(110 * 43_200)


def test_no_budget_stretches_nothing() -> None:
    """Without a budget, and with one that is enough, every factor is 1."""
    ones = {"requests": 1.0, "small": 1.0, "large": 1.0}
    loads = [REQUESTS, SMALL, LARGE]
    assert ones == stretch(loads, None)
    assert ones == stretch(loads, projected(loads))


def test_the_most_expensive_that_no_alert_needs_goes_first() -> None:
    """A budget a little too small stretches the largest load without an alert, by one step."""
    loads = [SMALL, REQUESTS, LARGE]
    found = stretch(loads, projected(loads) - 0.01)
    assert found == {"requests": 1.0, "small": 1.0, "large": 1.25}


def test_what_alerts_need_goes_last() -> None:
    """An alerted load is touched only when all others are at the most, however dear it is."""
    dear = Load("dear", 5000, 60.0, alerted=True)
    at_most = projected([SMALL, dear], {"small": MAX_STRETCH})
    assert stretch([dear, SMALL], at_most) == {"dear": 1.0, "small": MAX_STRETCH}
    assert stretch([dear, SMALL], at_most - 0.01) == {"dear": 1.25, "small": MAX_STRETCH}


def test_an_impossible_budget_stretches_all_to_the_most() -> None:
    """Nothing goes beyond 60 times, even where the budget stays out of reach."""
    loads = [Load("a", 10**6, 60.0), Load("b", 10**6, 60.0, alerted=True)]
    assert stretch(loads, 0.0) == {"a": 60.0, "b": 60.0}


@given(LOADS, st.floats(0.0, 50.0))
def test_a_budget_is_kept_where_it_can_be(loads: list[Load], budget: float) -> None:
    """The month costs the budget at most, or every interval is as long as it may get."""
    factors = stretch(loads, budget)
    assert factors.keys() == {load.name for load in loads}
    assert all(1.0 <= factor <= MAX_STRETCH for factor in factors.values())
    assert projected(loads, factors) <= budget or set(factors.values()) == {MAX_STRETCH}
    if any(factors[load.name] > 1.0 for load in loads if load.alerted):
        assert {factors[x.name] for x in loads if not x.alerted} <= {MAX_STRETCH}


def test_many_loads_are_summed_up_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 loads are stretched step by step; the whole sum is made when the month nearly fits."""
    sums: list[float] = []
    monkeypatch.setattr(
        cost, "projected", lambda *given: sums.append(projected(*given)) or sums[-1]
    )
    loads = [Load(str(n), 100 + n, 60.0) for n in range(5000)]
    budget = projected(loads) / 10
    assert projected(loads, stretch(loads, budget)) <= budget
    assert len(sums) < 10
