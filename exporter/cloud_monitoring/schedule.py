"""When to poll a metric: just after its next point can be read, learnt from what was seen.

A point that ends at E can be read from E + delay. A poll that finds it bounds the delay from
above, a poll that does not from below; between the two the next poll tries the middle.
"""

from dataclasses import dataclass

CLOSE = 5.0
FORGET_AFTER = 60
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

    def observe(self, age: float, period: float) -> None:
        """Note that the newest point is `age` old, and that the one after it is not there yet."""
        self.low = max(self.low, age - period)
        self.high = min(self.high, age)
        if self.low >= self.high:
            self.high = max(self.low, min(age, self.low + period / 4))
        self.observed += 1
        if self.observed % FORGET_AFTER == 0:
            self.low = max(0.0, self.low - period / 4)


@dataclass(slots=True)
class Timetable:
    """The next poll of one metric; all times are Unix seconds, all spans seconds."""

    delay: Delay
    period: float
    interval: float
    offset: float
    newest: float | None = None
    empty: int = 0
    next: float = 0.0

    def saw(self, now: float, newest: float | None) -> None:
        """Plan after a poll that worked and found `newest` as the newest end, or nothing."""
        if newest is None:
            self.empty += 1
            idle = self.newest is None and self.empty >= IDLE_AFTER
            self.next = now + (max(self.interval, IDLE_INTERVAL) if idle else self.interval)
            return
        self.empty = 0
        self.delay.observe(now - newest, self.period)
        self.newest = newest
        self.next = self._after(now, newest)

    def failed(self, now: float) -> None:
        """Plan after a poll that did not work: again after the interval, at most a minute."""
        self.next = now + min(self.interval, 60.0)

    def _after(self, now: float, newest: float) -> float:
        """Return when the first point that is an interval newer can be read."""
        target = newest + self.interval + self.delay.guess + self.offset
        late = self.interval <= self.period and target > now
        soonest = now + (1.0 if late else max(self.interval / 2, 1.0))
        while target < soonest:
            target += self.period
        return target
