"""Too few events in five minutes: what goes on fires by longer windows, what is over does not."""

from collections.abc import Iterator

from generators.rule_tests.document import FiringNames, RuleTestCase
from generators.rule_tests.story import Phase, inputs
from generators.rule_tests.threshold_stories import Stories

_TIMES = 0.8  # of the minimum of events, in five minutes
_BURST = 5  # minutes
_FIRED, _FINE, _END = 60, 70, 150  # minutes: it fires, all is fine again, and no window knows of it
_GOES_ON, _OVER = "goes-on", "burst-over"


def cases(stories: Stories) -> Iterator[RuleTestCase]:
    """Yield what happens with little traffic, where a minimum of events is asked for."""
    if stories.values.row.signal.minimum_events is None:
        return
    for names in ((_GOES_ON, _OVER),) if stories.label else ((_GOES_ON,), (_OVER,)):
        firing = tuple(name for name in names if name == _GOES_ON)
        checks = (
            FiringNames(_FIRED, stories.label, firing),
            FiringNames(_FINE, stories.label, firing),
            FiringNames(_END, stories.label, ()),
            FiringNames(_END, stories.label, firing, within=_END),
        )
        rows = tuple(i for name in names for i in inputs(tuple(_phases(stories, name))))
        yield RuleTestCase(f"little traffic: {' and '.join(names)}", rows, (), names=checks)


def _phases(stories: Stories, name: str) -> Iterator[Phase]:
    bad = stories.at(stories.values.extreme, name, _TIMES)
    fine = stories.at(stories.values.fine, name, _TIMES)
    if name == _OVER:
        yield Phase(fine, _FIRED // 2)
        yield Phase(bad, _BURST)
        yield Phase(fine, _END - _FIRED // 2 - _BURST)
    else:
        yield Phase(bad, _FINE)
        yield Phase(fine, _END - _FINE)
