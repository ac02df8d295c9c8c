"""When to poll a metric: just after its next point can be read, learnt from what was seen.

A point that ends at E can be read from E + delay. A poll that finds it bounds the delay from
above, a poll that does not from below; between the two the next poll tries the middle.
"""

from dataclasses import dataclass
from math import ceil

CLOSE = 5.0
FORGET_AFTER = 360
IDLE_INTERVAL = 600.0
IDLE_AFTER = 3


@dataclass(slots=True)
class Delay:
    """The delay of a metric in seconds, kept between `low` (not yet there) and `high` (there)."""

    low: float
    high: float
    observed: int = 0

    @classmethod
    def documented(cls, delay: float, period: float) -> "Delay":
        """Start from what the descriptor says, which is a promise and so an upper bound."""
        return cls(max(0.0, delay - period), delay)

    @property
    def guess(self) -> float:
        """Seconds after a point's end at which to look for it."""
        if self.high - self.low <= CLOSE:
            return self.high
        return (self.low + self.high) / 2

    def observe(self, age: float, period: float, *, new: bool) -> None:
        """Note that the newest point is `age` old, and that the one after it is not there yet.

        That one may never come, as where a service is idle: only what is seen for the first time
        says that points take longer than was thought, and a point that is there says most.
        """
        if age < self.low:
            self.low = max(0.0, age - period)
        self.low = max(self.low, min(age - period, self.high))
        self.high = min(self.high, age)
        if new and age - period >= self.high:
            self.high = min(age, self.high + period / 4)
        self.observed += 1
        if self.observed % FORGET_AFTER == 0:
            self.low = max(0.0, self.low - period / 4)


@dataclass(slots=True, kw_only=True)
class Timetable:
    """The next poll of one metric; all times are Unix seconds, all spans seconds."""

    delay: Delay
    period: float
    interval: float
    offset: float
    newest: float | None = None
    empty: int = 0
    next: float = 0.0

    @property
    def idle(self) -> bool:
        """Say whether nothing was ever there: a product that the project does not use."""
        return self.newest is None and self.empty >= IDLE_AFTER

    def saw(self, now: float, newest: float | None) -> None:
        """Plan after a poll that worked and found `newest` as the newest end, or nothing."""
        if newest is None:
            self.empty += 1
            self.next = now + (max(self.interval, IDLE_INTERVAL) if self.idle else self.interval)
            return
        self.empty = 0
        self.delay.observe(now - newest, self.period, new=newest != self.newest)
        self.newest = newest
        self.next = self._after(now, newest)

    def failed(self, now: float) -> None:
        """Plan after a poll that did not work: again after the interval, at most a minute."""
        self.next = now + min(self.interval, 60.0)

    def _after(self, now: float, newest: float) -> float:
        """Return when the first point that is an interval newer can be read.

        A poll that came too early is not made again at once: the next reads both points. So a
        metric is never read more often than once an interval, which is what was promised to cost.
        """
        step = ceil(self.interval / self.period) * self.period
        target = newest + step + self.delay.guess + self.offset
        planned = max(self.next, now - step / 2)  # a poll that had to wait for its turn began late
        soonest = planned + step - CLOSE
        while target < soonest:
            target += self.period
        return target
