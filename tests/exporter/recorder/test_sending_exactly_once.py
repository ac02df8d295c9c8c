"""Whatever becomes of flushes, replies and Redis, nothing is counted twice, and little is lost."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from prometheus_client import CollectorRegistry, Counter

from exporter.application.memory import Epoch
from exporter.application.state import LayoutState
from exporter.recorder import Recorder, sending, standing
from tests.exporter.recorder.paper import Held, Paper

INSTANCES = (0, 1, 2)
MOST, KEPT = 5, 4
WHO = st.integers(0, MOST - 1)


def layout_of(held: Held) -> LayoutState:
    """Return what an exporter reads of a Redis on paper."""
    seeded = {"seeded": held.seeded} if held.seeded else {}
    meta = {"epoch": held.epoch, **seeded}
    return LayoutState(version=2, meta=meta, seqs=dict(held.seqs), generation=held.generation)


def beat(recorder: Recorder) -> bool:
    """Flush as an instance does every half minute, though nothing changed."""
    recorder._beat_at = float("-inf")
    return recorder.flush()


class Counting(RuleBasedStateMachine):
    """Instances, one Redis, an exporter that reads now and then.

    `exact` turns false when something happens after which counts are lost by design: a reset that
    no reading saw, an emptied Redis that nobody filled in time, or from a reading so old that the
    flushes since are kept as one only, numbers of flushes that are evicted while a flush is
    unanswered. A fault of Redis does not come before instances and the exporter
    have seen the last one, and an instance's first flush is answered. Flushes are kept few one by
    one, so that older ones are joined.
    """

    def __init__(self) -> None:
        super().__init__()
        self.wait, standing.SEED_WAIT = standing.SEED_WAIT, float("inf")
        self.kept, sending.MOST_KEPT = sending.MOST_KEPT, KEPT
        self.paper, self.exact, self.truth = Paper(), True, 0
        self.memory = Epoch()
        self.shown: dict[str, float] = {}
        self.counters: list[Counter] = []
        self.recorders: list[Recorder] = []
        for _ in INSTANCES:
            self.be_born(0)

    @precondition(lambda self: len(self.recorders) < MOST and self.agreed())
    @rule(number=st.integers(0, 9))
    def be_born(self, number: int) -> None:
        """An instance starts, perhaps after snapshots, and its first flush is answered."""
        registry = CollectorRegistry()
        self.counters.append(Counter("c", "Counted.", ["label"], registry=registry))
        self.recorders.append(Recorder(self.paper, registry=registry))
        self.counters[-1].labels("a").inc(number)
        self.truth += number
        assert self.recorders[-1].flush()

    @rule(who=WHO, label=st.sampled_from("ab"), number=st.integers(1, 9))
    def count(self, who: int, label: str, number: int) -> None:
        """An instance counts."""
        self.counters[who % len(self.counters)].labels(label).inc(number)
        self.truth += number

    @rule(who=WHO, fault=st.sampled_from(["none", "none", "refused", "unanswered"]))
    def flush(self, who: int, fault: str) -> None:
        """An instance flushes, which works or not, with an answer or without."""
        self.paper.fault = fault
        who %= len(self.recorders)
        arrived = self.recorders[who].flush()
        self.paper.fault = "none"
        assert not (arrived and fault == "refused" and self.recorders[who].status.failures)

    @rule(who=WHO)
    def reset(self, who: int) -> None:
        """An instance sets a counter back to zero."""
        who %= len(self.recorders)
        flushed = self.recorders[who].flush()
        self.counters[who].labels("a").reset()
        self.exact &= flushed and self.recorders[who].flush()

    def agreed(self) -> bool:
        """Say whether every instance has flushed since Redis was last emptied."""
        return {self.paper.held.epoch} == {recorder._standing.epoch for recorder in self.recorders}

    @precondition(agreed)
    @rule()
    def save(self) -> None:
        """Redis saves, or a replica falls behind from now on."""
        self.paper.save()

    @precondition(lambda self: self.paper.saved and self.agreed())
    @rule(which=st.integers(0, 9))
    def go_back(self, which: int) -> None:
        """A snapshot is loaded, also of a history that was left; all beat, and one reads.

        An instance born after an eviction never saw the numbers from before. It cannot know whether
        the totals have its counts; where the epoch is unknown too, Redis may be emptied: it waits.
        """
        self.paper.go_back(which)
        known = [self._knows(recorder._standing) for recorder in self.recorders]
        self.exact &= all(self._knows_numbers(recorder._standing) for recorder in self.recorders)
        assert [beat(recorder) for recorder in self.recorders] == known
        if not all(known):
            self.tire_of_waiting()
        self.exact &= not any(recorder.status.lost for recorder in self.recorders)
        self.export()

    def _knows(self, instance: standing.Standing) -> bool:
        held = self.paper.held
        is_whole = bool(held.seeded) or held.epoch in instance._epochs
        return is_whole or self._knows_numbers(instance)

    def _knows_numbers(self, instance: standing.Standing) -> bool:
        return self.paper.held.generation in instance._generations

    @precondition(lambda self: len(self.recorders) < MOST and self.agreed())
    @rule(number=st.integers(1, 9), flushes=st.integers(1, 2 * KEPT))
    def go_back_before_a_birth(self, number: int, flushes: int) -> None:
        """An instance is born after the snapshot that is loaded then, and had flushed often."""
        self.paper.save()
        self.be_born(number)
        who = len(self.recorders) - 1
        for _ in range(flushes):
            self.count(who, "b", number)
            assert self.recorders[who].flush()
        self.go_back(-1)

    @precondition(lambda self: self.paper.held.totals and self.agreed())
    @rule(key=st.sampled_from(["seqs", "meta"]))
    def evict(self, key: str) -> None:
        """Redis loses one key, and all beat: what they had flushed is in the totals once."""
        self.exact &= not any(recorder._send_log._in_flight for recorder in self.recorders)
        self.paper.evict(key)
        assert {beat(recorder) for recorder in self.recorders} == {True}
        self.export()

    @rule()
    def empty(self) -> None:
        """Redis loses everything."""
        self.exact &= all(map(self._keeps_what_was_not_read, self.recorders))
        self.paper.empty()

    def _keeps_what_was_not_read(self, recorder: Recorder) -> bool:
        """Say whether flushes since the last reading are kept one by one, beside one more."""
        log, read = recorder._send_log, self.memory.seqs.get(recorder.instance, 0)
        since = sum(kept.number > read for kept in log._kept)
        return log._oldest_number <= read and since < KEPT

    @rule()
    def export(self) -> None:
        """The exporter reads, and fills an emptied Redis with what it showed."""
        held = self.paper.held
        layout = layout_of(held)
        if self.memory.is_emptied(layout):
            self.paper.seed(self.shown, self.memory.seqs)
            layout = layout_of(held)
        for name, value in held.totals.items():
            self.shown[name] = max(self.shown.get(name, 0.0), value)
        self.memory.follow(layout, 0.0)

    @rule()
    def tire_of_waiting(self) -> None:
        """No exporter comes in time: instances go on without what Redis had, as will the next."""
        standing.SEED_WAIT = 0.0
        before = [recorder._standing.epoch for recorder in self.recorders]
        assert {beat(recorder) for recorder in self.recorders} == {True}
        standing.SEED_WAIT = float("inf")
        if not self.paper.held.seeded and set(before) != {self.paper.held.epoch}:
            self.exact, self.memory, self.shown = False, Epoch(), {}

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        """Neither Redis nor the page holds more than was counted."""
        assert sum(self.paper.held.totals.values()) <= self.truth
        assert sum(self.shown.values()) <= self.truth

    def teardown(self) -> None:
        """All that need not be lost is there in the end."""
        try:
            self._end()
        finally:
            sending.MOST_KEPT = self.kept
            standing.SEED_WAIT = self.wait

    def _end(self) -> None:
        for _ in range(2):
            for recorder in self.recorders:
                beat(recorder)
            self.export()
        self.tire_of_waiting()
        self.export()
        self.nothing_is_counted_twice()
        if self.exact:
            assert self.truth == sum(self.paper.held.totals.values()) == sum(self.shown.values())
            assert {recorder.status.lost for recorder in self.recorders} == {0}


TestCounting = Counting.TestCase
TestCounting.settings = settings(stateful_step_count=40, deadline=None)
