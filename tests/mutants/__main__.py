"""Make the core wrong in many ways, one at a time, and see that its tests notice: make mutants.

The draw is always the same. What was found is kept in .mutants while no file of the repository
changes, so that a run that was ended goes on where it was. The exit code is 1 where fewer are
killed than have to be; mutants that change nothing anybody could notice do not count.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import yaml

from tests.mutants.drawing import Mutant, drawn
from tests.mutants.modules import CORE, ROOT
from tests.mutants.running import Copy, Outcome, copied, state

SEED, COUNT, SHARE = "core", 80, 0.95
AT_ONCE = 2
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
KEPT = ROOT / ".mutants" / "outcomes.json"


class Known:
    """What was found of mutants, kept in a file for the repository as it is."""

    def __init__(self, path: Path) -> None:
        self._path, self._state = path, state(ROOT)
        found = json.loads(path.read_text()) if path.exists() else {}
        same = found.get("state") == self._state
        self._outcomes: dict[str, str] = found["outcomes"] if same else {}

    def get(self, mutant: Mutant) -> Outcome | None:
        """Return what became of a mutant, if it was run."""
        found = self._outcomes.get(mutant.digest)
        return None if found is None else Outcome(found)

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        """Keep what became of one."""
        self._outcomes[mutant.digest] = outcome.value
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(json.dumps({"state": self._state, "outcomes": self._outcomes}))


def equivalent() -> set[tuple[str, str, str]]:
    """Return the mutants that nobody can notice, by module and both texts of the line."""
    listed = yaml.safe_load(EQUIVALENT.read_text()) or []
    return {(each["module"], each["was"], each["becomes"]) for each in listed}


def run(mutants: Sequence[Mutant], known: Known) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield what becomes of each mutant, those first that are known. Raises where tests fail."""
    left = [mutant for mutant in mutants if known.get(mutant) is None]
    yield from ((m, found) for m in mutants if (found := known.get(m)) is not None)
    with ExitStack() as stack:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for _ in range(AT_ONCE):
            copies.put(stack.enter_context(copied()))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        modules = dict.fromkeys(mutant.module for mutant in left)
        for text in pool.map(lambda module: _in_one(copies, Copy.complaint, module), modules):
            if text:
                raise SystemExit(f"tests fail before anything is made wrong\n{text}")
        outcomes = pool.map(lambda m: _in_one(copies, Copy.outcome, m.module, m.text), left)
        for mutant, outcome in zip(left, outcomes, strict=True):
            known.add(mutant, outcome)
            yield mutant, outcome


def _in_one(copies: SimpleQueue[Copy], method: object, *arguments: str) -> object:
    copy = copies.get()
    try:
        return method(copy, *arguments)
    finally:
        copies.put(copy)


def main() -> int:
    """Run the draw; return 1 where too many survive."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=[*CORE], help="of the core; all of it")
    parser.add_argument("--count", type=int, default=COUNT, help="how many are drawn")
    parser.add_argument("--seed", default=SEED, help="another one draws others")
    options = parser.parse_args()
    mutants = drawn(options.modules, options.count, options.seed)
    unnoticeable, survivors, counted = equivalent(), [], 0
    for number, (mutant, outcome) in enumerate(run(mutants, Known(KEPT)), 1):
        key = (mutant.module, mutant.was, mutant.becomes)
        word = "equivalent" if key in unnoticeable else outcome.value
        counted += word != "equivalent"
        survivors += [mutant] if word == Outcome.SURVIVED else []
        _say(f"{number}/{len(mutants)} {word}: {mutant}")
    killed = counted - len(survivors)
    _say(f"\n{killed} of {counted} killed, {len(mutants) - counted} equivalent")
    for mutant in survivors:
        _say(f"survived: {mutant}")
    return int(killed < SHARE * counted)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
