"""A Redis on paper: the rules of the scripts FLUSH and SEED, with faults as they come."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis

from exporter.recorder.scripts import FLUSH


@dataclass
class Held:
    """What Redis holds of totals: their epoch, sums, numbers of flushes, whether it was seeded."""

    epoch: str = ""
    totals: dict[str, float] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    seeded: str = ""
    generation: str = ""
    interval: str = ""


class Paper:
    """A client of it. `fault` is what happens to the next commands: none, refused, unanswered."""

    def __init__(self) -> None:
        self.held, self.fault, self.saved = Held(), "none", list[Held]()
        self.time = 1_000_000.0

    def register_script(self, text: str) -> Callable[..., Any]:
        """Return what runs a script."""
        return self._flush if text == FLUSH else lambda **_: 1

    def _flush(self, keys: Sequence[str], args: Sequence[Any]) -> list[Any]:
        assert len(set(keys)) == 6
        if self.fault == "refused":
            raise redis.ConnectionError
        reply = self._applied(list(args))
        if self.fault == "unanswered":
            raise redis.TimeoutError
        return reply

    def _applied(self, args: list[Any]) -> list[Any]:
        instance, number, before, known, token = args[:5]
        held = self.held
        if not held.epoch:
            held.seeded, held.seqs = "kept" if held.totals else "", held.seqs if held.totals else {}
            held.epoch = token
        held.generation = held.generation or token
        applied = held.seqs.get(instance, 0)
        state = "ok" if applied == number else "behind"
        if known not in ("", held.epoch):
            state = "epoch"
        elif applied == before:
            pairs = args[8 : 8 + 2 * args[7]]
            for name, rise in zip(pairs[::2], pairs[1::2], strict=True):
                held.totals[name] = held.totals.get(name, 0.0) + float(rise)
            applied = held.seqs[instance] = number
            state = "ok"
        clock = (held.epoch, "", held.seeded, held.generation, self.time, held.interval)
        return [state, applied, *clock, [], []]

    def save(self) -> None:
        """Remember this moment, as a snapshot file or a replica does."""
        self.saved.append(copy.deepcopy(self.held))

    def go_back(self, which: int) -> None:
        """Be as at a moment that was remembered: also one of a history that was left before."""
        self.held = copy.deepcopy(self.saved[which % len(self.saved)])

    def empty(self) -> None:
        """Forget everything, snapshots too."""
        self.held, self.saved = Held(), []

    def evict(self, key: str) -> None:
        """Lose one key: the numbers of flushes, or what is known of the totals."""
        if key == "seqs":
            self.held.seqs, self.held.generation = {}, ""
        else:
            self.held.epoch = self.held.seeded = self.held.interval = ""

    def seed(self, totals: dict[str, float], seqs: dict[str, int]) -> None:
        """Add what an exporter showed."""
        for name, value in totals.items():
            self.held.totals[name] = self.held.totals.get(name, 0.0) + value
        self.held.seqs = {**seqs, **self.held.seqs}
        self.held.seeded, self.saved = "exporter", []
