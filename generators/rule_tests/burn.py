"""When an alert on burning error budgets fires: each pair of windows for itself, by events.

Each service has a story, which is its name. Of two windows both have to burn, the long and the
short; the two pairs differ by how many requests there were before. Stories begin
when the windows are known, after so long without a request; but for those of a new server.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from generators.alert_table import OUTAGE_WINDOW, BurnAlert, Objective
from generators.burn_rates import OUTAGE_SHARE
from generators.policy import BAD_EVENTS, WINDOW
from generators.rule_tests.budget_stimulus import requests
from generators.rule_tests.document import MINUTE, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import ELSEWHERE, InputSet, Story
from generators.rule_tests.service_scenes import labels, service_case
from generators.rule_tests.stimulus import Given
from generators.rule_tests.story import Phase, Seen
from generators.rules.build import Rules
from generators.rules.model import Alerting

OVER, _UNDER = 1.01, 0.99  # times what is allowed
_FAR, _BURST = 4, 2  # times what the first pair allows: over and gone, and a burst
_BUSY = 20  # times as many requests
PLENTY = 10 * BAD_EVENTS * MINUTE  # times as many requests, so that errors are enough at once
_PAIRS = 2  # of windows, beside that for an outage
_SOON = 15  # minutes within which a total outage fires, `for` of two minutes included
_ERRORS = 40  # in the first long window, where it burns as fast as allowed


@dataclass(frozen=True)
class Burns:
    """An alert of the policy, minutes between evaluations, and a service that it is for, if any."""

    alert: BurnAlert
    every: int = 1
    service: str = ""

    @property
    def objective(self) -> Objective:
        """What is promised."""
        return self.alert.objective

    @property
    def fires(self) -> int:
        """The minute in which what burned from the start fires."""
        return self.every * (1 + ceil(self.alert.for_ / MINUTE / self.every))

    @cached_property
    def longs(self) -> tuple[int, ...]:
        """The minutes of the long windows."""
        return tuple(window.long // MINUTE for window in self.alert.windows[:_PAIRS])

    @cached_property
    def shorts(self) -> tuple[int, ...]:
        """The minutes of the short windows."""
        return tuple(window.short // MINUTE for window in self.alert.windows[:_PAIRS])

    def rate(self, pair: int, times: float) -> float:
        """Return a burn rate beside a pair's, which printf never has to round half-way."""
        found = self.alert.factors[:_PAIRS][pair] * times
        return found * 1.001 if is_halfway(found) else found

    def known(
        self, name: str, stories: Sequence[Story], minutes: Sequence[int], pair: int
    ) -> RuleTestCase:
        """Return stories as a case that begins when a pair's windows are known."""
        past = self.longs[pair] + 2 * WINDOW // MINUTE
        later = [self._later(story, past) for story in stories]
        return self.case(name, later, [past + minute for minute in minutes])

    def case(self, name: str, stories: Sequence[Story], minutes: Sequence[int]) -> RuleTestCase:
        """Return stories as a case, checked in these minutes."""
        return service_case(name, self.service, stories, minutes)

    def _later(self, story: Story, past: int) -> Story:
        phases = (Phase(self.at(story.name, 0, 0), past), *story.phases)
        return replace(story, phases=phases, begins=story.begins + past, ends=story.ends + past)

    def possible(self, rate: float) -> bool:
        """Return whether so many errors can be: no more than requests, and no outage."""
        outage = self.alert.windows[-1] is OUTAGE_WINDOW
        return rate * self.objective.budget < (OUTAGE_SHARE if outage else 1.0001)

    @property
    def multiple_is_possible(self) -> bool:
        """Return whether a service can burn at a multiple of what the first pair allows."""
        return self.possible(self.rate(0, _FAR))

    @cached_property
    def requests(self) -> float:
        """Requests a minute."""
        allowed = min(self.alert.factors[0] * self.objective.budget, 1.0)
        return _ERRORS / self.longs[0] / allowed

    def at(self, name: str, rate: float, times: float = 1, region: str = "") -> InputSet:
        """Return a service's requests that burn at a rate, `times` as many as usual."""
        given = Given(
            self.requests * times * WINDOW / MINUTE,
            {**labels(self.service, name), **({"region": region} if region else {})},
        )
        return requests(self.objective, rate * self.objective.budget, given)

    def all_fail(self, name: str, errors: float, region: str = "") -> InputSet:
        """Return a service of which every request fails, so many a minute."""
        return self.at(name, 1 / self.objective.budget, errors / self.requests, region)


def is_halfway(rate: float) -> bool:
    """Return whether a rate may be printed as either of two texts."""
    return abs(rate * 10 % 1 - 0.5) < 0.02  # noqa: PLR2004 - nearer than two sums of floats are


def _new(burns: Burns, pair: int) -> Iterator[RuleTestCase]:
    """Yield what a new server tells: an outage at once, and not minutes as if they were hours."""
    long, every, fires = burns.longs[pair], burns.every, burns.fires
    name, least = "all-fail", burns.rate(pair, OVER) * burns.objective.budget
    minute = fires + every * ceil(least * long / every)
    while is_halfway(_whole(burns, minute / long)):
        minute += every
    outage = (Phase(burns.all_fail(name, PLENTY), minute + every),)
    stories = (Story(name=name, phases=outage, value=_whole(burns, minute / long), fires=True),)
    yield burns.case("a new server, and an outage", stories, (minute,))
    name, late = "minutes-only", long * 3 // 4
    late -= late % every
    phases = (Phase(burns.at(name, burns.rate(pair, OVER), PLENTY), late + every),)
    minutes = dict.fromkeys((min(fires, late), late))
    yield burns.case("a new server, and minutes", (Story(name=name, phases=phases),), [*minutes])


def _whole(burns: Burns, share: float) -> float:
    """Return the burn rate of a window in which everything failed, of which a share is known."""
    return min(share, 1.0) / burns.objective.budget


def _pairs(burns: Burns, pair: int) -> RuleTestCase:
    """Return what the first possible pair tells, and what none does, though means would."""
    long, next_ = burns.longs[0], burns.fires + burns.every
    start = long // 2
    end, at = start + long * 5 // 4, start + long * 6 // 5
    stories = [*_at_once(burns, pair, end), *_first(burns, start, end)]
    small = 0.4 * burns.alert.factors[:_PAIRS][-1] * burns.objective.budget * burns.requests
    name = "small-region-fails"
    both = (*burns.at(name, 0), *burns.all_fail(name, small, ELSEWHERE))
    stories.append(Story(name=name, phases=(Phase(both, end),)))
    trickle = burns.alert.factors[0] * burns.objective.budget * burns.requests
    phases = (
        Phase(burns.at("quiet-hour-fails", 0), at - long // 4),
        Phase(burns.all_fail("quiet-hour-fails", trickle), end - at + long // 4),
    )
    stories.append(Story(name="quiet-hour-fails", phases=phases))
    stories.append(few(burns, at))
    minutes = (burns.fires - burns.every, burns.fires, next_, start + long * 3 // 4, at)
    return burns.known("a pair of windows", stories, minutes, pair)


def _at_once(burns: Burns, pair: int, end: int) -> Iterator[Story]:
    """Yield what burns from its first request, with errors enough from then on."""
    fires, over, plenty = burns.fires, burns.rate(pair, OVER), PLENTY
    missed = burns.at("missed-scrape", over, plenty)
    broken = (Phase(missed, fires), Phase(missed, 1, Seen.NO), Phase(missed, end))
    ended = (Phase(burns.at("ended", over, plenty), fires), Phase((), end))
    whole = (Phase(burns.at("just-over", over, plenty), end),)
    yield Story(name="just-over", phases=whole, value=over, fires=True, begins=fires)
    yield Story(name="missed-scrape", phases=broken, value=over, fires=True, begins=fires)
    yield Story(
        name="ended", phases=ended, value=over, fires=True, begins=fires, ends=fires + burns.every
    )
    yield Story(name="fine", phases=(Phase(burns.at("fine", 0, plenty), end),))
    yield Story(name="no-events", phases=(Phase(burns.at("no-events", 0, 0), end),))


def few(burns: Burns, at: int) -> Story:
    """Return a story of fewer errors than matter, up to a minute, and no other request."""
    name, steps = "few-errors", burns.fires + 8 * burns.every
    phases = (
        Phase(burns.all_fail(name, 0), at - steps),
        Phase(burns.all_fail(name, 0.8 * BAD_EVENTS / steps), steps),
        Phase(burns.all_fail(name, 0), burns.every),
    )
    return Story(name=name, phases=phases)


def _first(burns: Burns, start: int, end: int) -> Iterator[Story]:
    for name, times in (("first-over", OVER), ("first-under", _UNDER)):
        rate = burns.rate(0, times)
        if burns.possible(rate):
            busy = Phase(burns.at(name, 0, _BUSY), start)
            phases = (busy, Phase(burns.at(name, rate), end - start))
            begins = start + burns.longs[0]
            yield Story(name=name, phases=phases, value=rate, fires=times > 1, begins=begins)


def _second(burns: Burns) -> RuleTestCase:
    """Return what only the second pair tells: it burns for longer, and less."""
    fires, over = burns.fires, burns.rate(-1, OVER)
    later = fires + burns.shorts[-1] + 3 * WINDOW // MINUTE
    end, next_, name = later + burns.every, fires + burns.every, "over-and-gone"
    far = burns.rate(-1, 2 * OVER)
    far = far if burns.possible(far) else over
    gone = (Phase(burns.at(name, far, PLENTY), fires), Phase(burns.at(name, 0, 0), end))
    fine = (
        Phase(burns.at("fine-again", over, PLENTY), fires),
        Phase(burns.at("fine-again", 0, PLENTY), end),
    )
    stories = [
        Story(name=name, phases=gone, value=far, fires=True, begins=fires, ends=next_),
        Story(name="fine-again", phases=fine, value=over, fires=True, begins=fires, ends=next_),
    ]
    if over < burns.alert.factors[0] * _UNDER:
        phases = (Phase(burns.at("second-over", over, PLENTY), end),)
        stories.append(
            Story(name="second-over", phases=phases, value=over, fires=True, begins=fires)
        )
    name, under = "second-under", burns.rate(-1, _UNDER)
    stories.append(Story(name=name, phases=(Phase(burns.at(name, under, PLENTY), end),)))
    return burns.known("the second pair of windows", stories, (fires, next_, later), -1)


def _gone(burns: Burns) -> Iterator[RuleTestCase]:
    """Yield what the long windows still know and the short ones no more, and the reverse."""
    long, short = burns.longs[0], burns.shorts[-1]
    half = max(long // 2, burns.fires + burns.every)
    rest = short + WINDOW // MINUTE + 2 * burns.every
    if burns.multiple_is_possible:
        name, far = "over-and-gone", burns.rate(0, _FAR)
        phases = (Phase(burns.at(name, far), half), Phase(burns.at(name, 0), rest))
        story = Story(name=name, phases=phases, value=far * half / long, fires=True, ends=half)
        yield burns.case("what is over", (story,), (half, half + rest))
    burst = burns.shorts[0] * 3 // 2 + burns.fires + burns.every
    burst += -burst % burns.every
    if burns.possible(burns.rate(0, _BURST)) and burst < long * 2 // 5:
        hot = burns.at("burst", burns.rate(0, _BURST))
        phases = (Phase(burns.at("burst", 0), long), Phase(hot, burst))
        yield burns.case("what just began", (Story(name="burst", phases=phases),), (long + burst,))


def _outage(burns: Burns) -> RuleTestCase:
    """Return an outage of a service that has one request a minute."""
    name, past = "outage", burns.longs[0] + 2 * WINDOW // MINUTE
    late = ceil(burns.alert.for_ / MINUTE) - 2
    soon = next(m for m in (_SOON, _SOON - 1, _SOON + 1) if not _ambiguous(burns, m + late))
    one = burns.at(name, 0, 1 / burns.requests)
    phases = (Phase(one, past), Phase(burns.all_fail(name, 1), soon + late + 1))
    value = next(v for v, factor in _outage_values(burns, soon + late) if v > factor)
    begins = past + soon + late
    story = Story(name=name, phases=phases, value=value, fires=True, begins=begins)
    return burns.case("a total outage", (story,), (past + BAD_EVENTS - 1, begins))


def _outage_values(burns: Burns, minutes: int) -> Iterator[tuple[float, float]]:
    """Yield the burn rate of each long window when so much of it has failed, and its limit."""
    for window, factor in zip(burns.alert.windows, burns.alert.factors, strict=True):
        yield _whole(burns, minutes * MINUTE / window.long), factor


def _ambiguous(burns: Burns, minutes: int) -> bool:
    """Return whether sums of floats could be on either side of a limit, or of a digit."""
    values = [*_outage_values(burns, minutes)]
    return any(abs(v / factor - 1) < 1 - _UNDER for v, factor in values) or any(
        is_halfway(v) for v, _ in values
    )


def document(rules: Rules, rule: Alerting, burns: Burns, files: tuple[str, ...]) -> RuleTestFile:
    """Return the tests of an alert."""
    cases = (
        _pairs(burns, 0),
        _second(burns),
        *_new(burns, 0),
        *_gone(burns),
        *((_outage(burns),) if burns.every == 1 else ()),
    )
    return RuleTestFile(rule, named(rules.main, *files), cases, burns.every * MINUTE)
