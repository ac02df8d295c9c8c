"""An analysis and the rules have the same numbers, in a real Prometheus with both."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pytest

from exporter.prometheus.api import Labels
from exporter.prometheus.api import Prometheus as Api
from exporter.settings import Settings
from generators.analysis.anomalies import bands
from generators.analysis.chosen_places import ChosenPlaces
from generators.analysis.correlations import coefficient, input_query
from generators.analysis.reading import SeriesReader, before
from generators.analysis.trends import seconds_query, slope_query
from generators.policy import policy
from generators.rules import anomaly, correlation, trend
from generators.tuning.model import TimeGrid, Values
from generators.tuning.prometheus_history import PrometheusHistory
from tests.e2e.past import OPTIONS, Stretch, evaluate
from tests.generators.analysis.weeks import END, HOUR, WINDOW, written_to
from tests.servers import prometheus

pytestmark = pytest.mark.slow
SETTINGS = Settings()
# Blocks have no marks of what ended: a value would be seen for one evaluation more.
EXACT = (*OPTIONS, "--query.lookback-delta=4m")


@dataclass(frozen=True)
class BothServers:
    """Readers of a server that never ran a rule, and of one that ran all of them."""

    without: SeriesReader
    ruled: SeriesReader


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothServers]:
    """Two servers with the same weeks."""
    without, ruled = (tmp_path_factory.mktemp(name) for name in ("without", "ruled"))
    written_to(without)
    shutil.copytree(without / "data", ruled / "data")
    files = (anomaly.file(SETTINGS), correlation.file(SETTINGS))
    files += (trend.file(SETTINGS, policy(SETTINGS)),)
    evaluate(ruled, files, Stretch(WINDOW.start - 6 * HOUR, END), EXACT)
    with ExitStack() as stack:
        started = [stack.enter_context(prometheus(f, "{}", *EXACT)) for f in (without, ruled)]
        yield BothServers(
            *(
                SeriesReader(
                    PrometheusHistory(Api(f"http://127.0.0.1:{one.port}"), END), ChosenPlaces()
                )
                for one in started
            )
        )


def alike(found: dict[Labels, Values], expected: dict[Labels, Values]) -> None:
    """Hold values against others: the same places, the same gaps, the same numbers."""
    assert expected
    assert found.keys() == expected.keys()
    for place, values in expected.items():
        np.testing.assert_allclose(found[place], values, rtol=1e-6, atol=1e-12, err_msg=str(place))


@pytest.mark.parametrize("band", anomaly.BANDS, ids=lambda band: band.signal.name)
def test_bands(servers: BothServers, band: anomaly.Band) -> None:
    """Value, centre, width and score are those that the rules record, gaps too."""
    found = bands(servers.without, band, WINDOW)
    for what in ("value", "centre", "spread", "score"):
        expected = servers.ruled.read(band.name(what), WINDOW, "")
        own = {one.place: getattr(one, what) for one in found}
        alike({p: own[p] for p in expected}, expected)
        assert np.isnan([own[p] for p in own.keys() - expected.keys()]).all()


@pytest.mark.parametrize("pair", correlation.PAIRS, ids=lambda pair: pair.text)
def test_pairs(servers: BothServers, pair: correlation.Pair) -> None:
    """Pearson's coefficient is the rule's, at every moment at which the rule has one."""
    wide = before(WINDOW, correlation.WINDOW)
    effect, cause = (
        servers.without.read(input_query(band), wide, "") for band in (pair.effect, pair.cause)
    )
    expected = servers.ruled.read(correlation.coefficient_name(pair), WINDOW, "")
    found = {p: coefficient(pair, effect[p], cause[p], WINDOW.step) for p in effect}
    moved = {place: values for place, values in found.items() if not np.isnan(values).all()}
    alike(moved, expected)


def test_trends(servers: BothServers) -> None:
    """Slope and time left are those that the rules record, of each trend, hour by hour."""
    hours = TimeGrid(WINDOW.start, HOUR, 25)
    for watched in trend.trends(policy(SETTINGS)):
        for query, what in ((slope_query, "slope"), (seconds_query, "seconds")):
            expected = servers.ruled.read(watched.name(what), hours, "")
            alike(servers.without.read(query(watched), hours, ""), expected)


def test_what_was_recorded_is_taken(servers: BothServers) -> None:
    """A server that ran the rules has the same bands, by its own series."""
    band = anomaly.BANDS[2]
    found, expected = (bands(r, band, WINDOW) for r in (servers.ruled, servers.without))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.score, other.score, rtol=1e-6)
