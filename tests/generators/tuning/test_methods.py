"""Other ways to choose a threshold."""

import numpy as np
import pytest

from generators.tuning.methods import Proposed, by_quantile, by_sigma
from generators.tuning.thresholds import RefusedThreshold
from tests.generators.tuning.histories import history

VALUES = np.random.default_rng(2).normal(100, 10, size=5000)


def value(result: Proposed | RefusedThreshold) -> float:
    """Return the threshold of a proposal."""
    assert isinstance(result, Proposed)
    return result.value


@pytest.mark.parametrize(("severity", "multiple"), [("critical", 3), ("high", 2), ("medium", 1)])
def test_sigma_depends_on_severity(severity: str, multiple: int) -> None:
    """Three deviations for critical, two for high, one for medium; what was removed is said."""
    found = by_sigma(severity)(history(VALUES))
    assert value(found) == pytest.approx(100 + 10 * multiple, rel=0.01)
    assert isinstance(found, Proposed)
    assert found.remarks == ("0.0% of values were removed.",)


def test_sigma_refuses_to_remove_much() -> None:
    """One value of ten beyond the fences is no outlier, but the series."""
    wild = np.where(np.arange(5000) % 10 == 0, 1e6, VALUES)
    found = by_sigma("critical")(history(wild))
    assert isinstance(found, RefusedThreshold)
    assert found.why.startswith("10.0% of the values")


def test_outliers_do_not_move_sigma() -> None:
    """A few wild values are removed before mean and deviation."""
    wild = np.where(np.arange(5000) % 100 == 0, 1e6, VALUES)
    assert value(by_sigma("critical")(history(wild))) == pytest.approx(130, rel=0.01)


def test_a_quantile_is_of_all_values() -> None:
    """One value of a thousand is above."""
    assert np.mean(value(by_quantile()(history(VALUES))) < VALUES) == pytest.approx(0.001)


def test_no_value_is_a_reason() -> None:
    """Without values each method refuses."""
    nothing = history([])
    for method in (by_sigma("high"), by_quantile()):
        assert isinstance(method(nothing), RefusedThreshold)
