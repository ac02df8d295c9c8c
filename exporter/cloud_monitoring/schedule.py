"""Plans the polls of a metric: just after its next point can be read, which is learnt.

A point that ends at E can be read from E + delay on. A poll that finds it gives an upper bound of
the delay, a poll that does not a lower one; the next poll tries the middle.
"""

from dataclasses import dataclass
from math import ceil

PRECISION = 5.0
FORGET_AFTER = 360
IDLE_INTERVAL = 600.0
IDLE_AFTER = 3


@dataclass(slots=True)
class Delay:
    """The delay of a metric in seconds: more than `low`, at most `high`, as far as is known."""

    low: float
    high: float
    observed: int = 0

    @classmethod
    def documented(cls, delay: float, period: float) -> "Delay":
        """Start from the documented delay, which is an upper bound."""
        return cls(max(0.0, delay - period), delay)

    @property
    def guess(self) -> float:
        """Seconds after a point's end at which to read it."""
        if self.high - self.low <= PRECISION:
            return self.high
        return (self.low + self.high) / 2

    def observe(self, age: float, period: float, *, new: bool) -> None:
        """Learn from the newest point, `age` seconds old: the one after it cannot be read yet.

        That one may never come, as of an idle service. So only a point that is seen for the first
        time (`new`) can raise the upper bound, and a point that is there lowers it at once.
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
    """The next poll of one metric; times are seconds on the monotonic clock."""

    delay: Delay
    period: float
    interval: float
    offset: float
    newest: float | None = None
    empty: int = 0
    next: float = 0.0

    @property
    def idle(self) -> bool:
        """Return whether the metric never had data: a product that the project does not use."""
        return self.newest is None and self.empty >= IDLE_AFTER

    def saw(self, now: float, newest: float | None) -> None:
        """Plan after a successful poll; its newest point ended at `newest`, None without points."""
        if newest is None:
            self.empty += 1
            self.next = now + (max(self.interval, IDLE_INTERVAL) if self.idle else self.interval)
            return
        self.empty = 0
        if newest > now:  # a point from the future says nothing of when the next one comes
            self.next = now + self.interval
            return
        # The source's clock is known to a second or two only, so equal ends differ a little.
        new = self.newest is None or newest - self.newest > self.period / 2
        self.delay.observe(now - newest, self.period, new=new)
        self.newest = newest
        self.next = self._after(now, newest)

    def failed(self, now: float) -> None:
        """Plan after a failed poll: again after the interval, at most a minute."""
        self.next = now + min(self.interval, 60.0)

    def _after(self, now: float, newest: float) -> float:
        """Return when the first point that is an interval newer can be read.

        A poll that came too early is not repeated at once: the next one reads both points. So a
        metric is never read more than once per interval, as the projected cost assumes.
        """
        step = ceil(self.interval / self.period) * self.period
        target = newest + step + self.delay.guess + self.offset
        planned = max(self.next, now - step / 2)  # a poll that waited for a free thread began late
        earliest = planned + step - PRECISION
        while target < earliest:
            target += self.period
        return target
