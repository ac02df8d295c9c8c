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
    seeded: bool = False


class Paper:
    """A client of it. `fault` is what happens to the next commands: none, refused, unanswered."""

    def __init__(self) -> None:
        self.held, self.fault, self.saved = Held(), "none", list[Held]()

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
        instance, number, before, known, epoch, _ = args[:6]
        held = self.held
        held.epoch = held.epoch or epoch
        applied = held.seqs.get(instance, 0)
        if known not in ("", held.epoch):
            return ["epoch", held.epoch, applied, held.seeded]
        if applied == number:
            return ["ok", held.epoch, applied, held.seeded]
        if applied != before:
            return ["behind", held.epoch, applied, held.seeded]
        pairs = args[7 : 7 + 2 * args[6]]
        for name, rise in zip(pairs[::2], pairs[1::2], strict=True):
            held.totals[name] = held.totals.get(name, 0.0) + float(rise)
        held.seqs[instance] = number
        return ["ok", held.epoch, number, held.seeded]

    def save(self) -> None:
        """Remember this moment, as a snapshot file or a replica does."""
        self.saved.append(copy.deepcopy(self.held))

    def go_back(self, which: int) -> None:
        """Be as at a moment that was remembered; what came after it is no more."""
        del self.saved[which % len(self.saved) + 1 :]
        self.held = copy.deepcopy(self.saved[-1])

    def empty(self) -> None:
        """Forget everything, snapshots too."""
        self.held, self.saved = Held(), []

    def seed(self, totals: dict[str, float], seqs: dict[str, int]) -> None:
        """Add what an exporter showed."""
        for name, value in totals.items():
            self.held.totals[name] = self.held.totals.get(name, 0.0) + value
        self.held.seqs = {**seqs, **self.held.seqs}
        self.held.seeded, self.saved = True, []
