"""Data that goes away while an error budget burns: the alert goes on, and ends only with data."""

from collections.abc import Iterator

from exporter.catalog import cloud_run
from exporter.catalog.own import DATA_AGE
from generators.policy import WINDOW
from generators.rule_tests.away import there_and_not
from generators.rule_tests.burn import OVER, PLENTY, Burns
from generators.rule_tests.document import MINUTE, FiringNames, RuleTestCase
from generators.rule_tests.scenes import BASE_LABELS
from generators.rule_tests.story import Input, Phase, inputs
from generators.rules.bridging import AwayMarker
from generators.rules.budgets import AWAY, BY
from generators.rules.health_rows import EXPORTER_JOB

_AWAY, _BACK = 30, 20  # minutes without data, and with it again
_AGE = 2 * MINUTE  # of the newest value while data is there
_ALIKE = 0.4
_FIRING, _FINE = "firing", "fine-meanwhile"


def cases(burns: Burns) -> Iterator[RuleTestCase]:
    """Yield a case for each way in which data goes away."""
    for marker in AWAY:
        yield _case(burns, marker)


def _case(burns: Burns, marker: AwayMarker) -> RuleTestCase:
    label, past = BY[-1], burns.longs[0] + 2 * WINDOW // MINUTE
    gone = past + burns.fires + 1
    back, end = gone + _AWAY, gone + _AWAY + _BACK
    both = tuple(sorted((_FIRING, _FINE)))
    minutes = (gone - 1, gone + 3, gone + 6, gone + 9, gone + _AWAY // 2, back - 1)
    checks = (
        *(FiringNames(minute, label, both) for minute in minutes),
        *(FiringNames(minute, label, (_FIRING,)) for minute in (end - 2, end)),
    )
    rows = [i for name in both for i in inputs(tuple(_phases(burns, marker, name, gone)))]
    title = f"data goes away: {marker.name}"
    return RuleTestCase(title, (*rows, *_markers(marker, gone)), (), names=checks)


def _phases(burns: Burns, marker: AwayMarker, name: str, gone: int) -> Iterator[Phase]:
    """Yield what burns until data goes away: series end with the exporter, else stand still."""
    bad, still = burns.at(name, burns.rate(0, OVER), PLENTY), burns.at(name, 0, 0)
    yield Phase(still, gone - 1 - burns.fires)
    yield Phase(bad, burns.fires)
    # What stands still rises a little in promtool, of good and bad events alike: of all buckets, so
    # that no request would be slow.
    low = burns.rate(0, OVER) * burns.objective.budget < _ALIKE and not burns.objective.within
    yield Phase(still if marker.labels and low else (), _AWAY)
    yield Phase(bad if name == _FIRING else burns.at(name, 0, PLENTY), _BACK)


def _markers(marker: AwayMarker, gone: int) -> Iterator[Input]:
    """Yield what says that data is there, and then that it is not."""
    if not marker.labels:
        pairs = (("job", EXPORTER_JOB), ("instance", "exporter:9841"))
        yield from there_and_not("up", pairs, gone, 1, 0)
    else:
        family = ("family", cloud_run.REQUESTS.name)
        pairs = (("gcp_project", BASE_LABELS["gcp_project"]), family)
        older = (_AGE + MINUTE * (step + 1) for step in range(_AWAY))
        yield from there_and_not(DATA_AGE.name, pairs, gone, _AGE, *older)
