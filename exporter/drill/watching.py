"""Watches one test alert: since when each of its channels is counted, and what became of it."""

from dataclasses import replace

from exporter.drill.evidence import DrillReading, DrillSources
from exporter.drill.judging import ChannelOutcome, DrillResult, judge
from exporter.drill.plan import DrillAlert
from exporter.drill.reached import DrilledChannel

EVERY = 0.25  # seconds between two looks
BRIDGE_LATE = 2.0  # seconds after which the bridge's metrics have what it took


class AlertWatch:
    """What is known of one alert at each of its channels."""

    def __init__(self, alert: DrillAlert, sources: DrillSources) -> None:
        self._alert, self._sources = alert, sources
        self._before: dict[DrilledChannel, tuple[float, DrillReading]] = {}
        self._readings: list[tuple[float, DrillReading]] = []
        self.held = ""
        stopped = ChannelOutcome(result=DrillResult.STOPPED, is_final=False)
        self.outcomes = dict.fromkeys(alert.channels, stopped)

    @property
    def is_final(self) -> bool:
        """Whether nothing more is waited for."""
        return all(outcome.is_final for outcome in self.outcomes.values())

    def before(self, reading: DrillReading, elapsed: float) -> None:
        """Count from here for what is not due yet: what comes before is of other alerts."""
        for channel in self._alert.channels:
            if not elapsed or elapsed < channel.group_wait - 2 * EVERY:
                self._before[channel] = elapsed, reading

    def learn(self, reading: DrillReading, elapsed: float) -> None:
        """Judge by a later reading."""
        self.before(reading, elapsed)
        self._readings.append((elapsed, reading))
        for channel, known in self.outcomes.items():
            if known.is_final:
                continue
            at, counted = self._comparable(channel)
            readings = self._before[channel][1], counted
            found = self._sources.evidence(self._alert, channel, readings, self.held)
            self.outcomes[channel] = judge(channel, found, at)

    def _comparable(self, channel: DrilledChannel) -> tuple[float, DrillReading]:
        """Return a reading to judge by, and when it was made.

        The bridge shows what it took a second late: where Alertmanager counts that, too, its
        count is compared with what the bridge shows later.
        """
        now, newest = self._readings[-1]
        if not channel.is_mixed:
            return now, newest
        first = self._before[channel]
        late = [each for each in self._readings if first[0] <= each[0] <= now - BRIDGE_LATE]
        at, counted = late[-1] if late else first
        return at, replace(counted, bridge_after=newest.bridge_after)

    def end(self, result: DrillResult, why: str) -> None:
        """Give a result to what is still waited for."""
        for channel, known in self.outcomes.items():
            if not known.is_final:
                text = f"{why}: {known.why}" if known.why else why
                self.outcomes[channel] = ChannelOutcome(result=result, why=text)
