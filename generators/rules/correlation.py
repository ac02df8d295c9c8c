"""Declared pairs of signals that move together beyond what their weeks explain.

What is correlated are differences from the band's centre of the same time of the week: a daily
cycle that two signals share is in neither of them. Pearson's coefficient over six hours, only where
both really moved.
"""

from collections.abc import Iterator

from exporter.settings import Settings
from generators.boards import ANOMALIES
from generators.limits import number
from generators.rules import anomaly, running, slo
from generators.rules.annotations import annotations, of
from generators.rules.anomaly import BANDS, Naming, in_force
from generators.rules.model import Alerting, Group, Recording, Rule, RuleFile
from generators.rules.names import series, span
from generators.rules.rows import AlertText, Band, Pair

BY = ("gcp_project", "region")
WINDOW = 6 * 3600
LIMIT = 0.8
FOR = 30 * 60
MINIMUM_SAMPLES = 60  # of the 73 samples of a window
_W = span(WINDOW)
_BANDS = {band.signal.name: band for band in BANDS}
ALERT = "CorrelatedChange"


def _pair(effect: str, cause: str) -> Pair:
    return Pair(_BANDS[effect], _BANDS[cause])


PAIRS = (
    _pair("response_time_p95", "db_connections"),
    _pair("response_time_p95", "query_time"),
    _pair("error_rate", "db_connections"),
)


def read(settings: Settings) -> tuple[Pair, ...]:
    """Return the pairs of which the settings read both signals."""
    bands = anomaly.read(settings)
    return tuple(pair for pair in PAIRS if pair.effect in bands and pair.cause in bands)


def input_name(band: Band) -> str:
    """Return the name of what is correlated of a band."""
    return series(BY, band.signal.name, "correlation_input")


def input_expression(name: Naming) -> str:
    """Return what is correlated of a band, whose series are written as `name` says."""
    return f"avg by ({', '.join(BY)}) ({name('value')} - {name('centre')})"


def _held(band: Band) -> Naming:
    return lambda what: running.held(band.name(what))


def _inputs(pairs: tuple[Pair, ...]) -> Iterator[Recording]:
    for band in dict.fromkeys(b for pair in pairs for b in (pair.effect, pair.cause)):
        yield Recording(input_name(band), input_expression(_held(band)), BY)


def recordings(pair: Pair) -> tuple[Recording, ...]:
    """Return the rules for the coefficient of a pair, from the moments when both are known."""
    effect, cause = input_name(pair.effect), input_name(pair.cause)
    one, other, product = (
        series(BY, pair.text, f"correlation_{what}") for what in ("effect", "cause", "product")
    )
    together = f"avg_over_time({product}[{_W}])"
    apart = f"avg_over_time({one}[{_W}]) * avg_over_time({other}[{_W}])"
    spread = f"(stddev_over_time({one}[{_W}]) * stddev_over_time({other}[{_W}]) > 0)"
    # Two constants correlate perfectly: a coefficient counts only where samples and moves suffice.
    enough = f"count_over_time({product}[{_W}]) >= {MINIMUM_SAMPLES}"
    moved = "\nand ".join(
        f"stddev_over_time({name}[{_W}]) > {number(band.floor)}"
        for name, band in ((one, pair.effect), (other, pair.cause))
    )
    coefficient = f"({together} - {apart}) / {spread}\nand {enough}\nand {moved}"
    return (
        Recording(one, f"{effect} and {cause}", BY),
        Recording(other, f"{cause} and {effect}", BY),
        Recording(product, f"{one} * {other}", BY),
        Recording(coefficient_name(pair), coefficient, BY),
    )


def coefficient_name(pair: Pair) -> str:
    """Return the name of the series of a pair's coefficient, -1 to 1."""
    return series(BY, pair.text, "correlation_ratio")


def alert(settings: Settings, pair: Pair) -> Alerting:
    """Return the alert on a pair that moves together."""
    effect, cause = pair.effect.signal, pair.cause.signal
    text = AlertText(
        f"The {effect.noun} and the {cause.noun} {{move}} together unusually closely.",
        f"The {effect.noun} and the {cause.noun} {of(BY)} moved together over {_W}, with a "
        f'correlation of {{{{ $value | printf "%.2f" }}}}. The alert fires above {number(LIMIT)}.',
        f"Check whether the {cause.noun} moved first: whatever moved it is then the likely cause.",
        ANOMALIES,
        value='correlation {{ $value | printf "%.2f" }}',
        limit=number(LIMIT),
    )
    return Alerting(
        alert=ALERT,
        expr=f"{coefficient_name(pair)} > {number(LIMIT)}",
        labels=(
            ("severity", "low"),
            ("signal", effect.name),
            ("pair", pair.text),
            ("category", "correlation"),
        ),
        annotations=annotations(settings, ALERT, text, BY),
        source=pair,
        panel=text.panel,
        carried=BY,
        for_=FOR,
    )


def _in_force(settings: Settings, pair: Pair) -> Pair:
    return Pair(in_force(settings, pair.effect), in_force(settings, pair.cause))


def file(settings: Settings) -> RuleFile:
    """Return the file; for the server that has weeks of past."""
    found = read(settings)
    rules: tuple[Rule, ...] = (
        *_inputs(found),
        *(rule for pair in found for rule in recordings(pair)),
        *(alert(settings, _in_force(settings, pair)) for pair in found),
    )
    group = Group("ion_correlations", slo.LONG_TERM, rules)
    about = "Pairs of signals that move together; for the server with 90 days."
    return RuleFile("longterm-correlation.yml", about, (group,))
