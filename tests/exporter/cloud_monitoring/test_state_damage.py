"""Bits that flip in the state file: the file is moved aside or refused, no total is another one."""

import random
import shutil
from pathlib import Path

import pytest

from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.ledger import Ledger
from exporter.errors import StateForeign
from tests.exporter.cloud_monitoring.ledgers import (
    PERIOD,
    SHAPE,
    START,
    add_number,
    claim,
    filled,
)

FAMILIES = [f"p/family_{number}" for number in range(12)]
LABELLED = 3790  # inside the text of the first table, where SQLite's message quotes it
FLIPS = [(18, 0), (19, 2), (LABELLED, 7)]


def full() -> Ledger:
    """Return a ledger with a score of series."""
    ledger = filled()
    for number in range(20):
        key = f'["cloud_run_revision",[["metric.response_code","{number}"]]]'
        mark = ledger.mark(key, (f"service-{number}", "2xx"))
        claim(ledger, mark, START + 300 * PERIOD)
        add_number(mark.total, number * 1000 + 0.5, START + 300 * PERIOD)
    return ledger


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, Ledger | None]]:
    """Write a file of a dozen families; return its bytes, and what is read from it."""
    path = tmp_path_factory.mktemp("sound") / "state.db"
    store = SqliteStore(path)
    for family in FAMILIES:
        store.commit(family, SHAPE, full())
    found = {family: store.load(family, SHAPE) for family in FAMILIES}
    store.close()
    return path.read_bytes(), found


def flipped(content: bytes, at: int, bit: int) -> bytes:
    """Return the content with one bit flipped."""
    damaged = bytearray(content)
    damaged[at] ^= 1 << bit
    return bytes(damaged)


def drawn(content: bytes, number: int) -> list[tuple[int, int]]:
    """Return positions all over the file, half of them where it is not zero."""
    chosen, used = random.Random(7), [at for at, byte in enumerate(content) if byte]
    spread = [chosen.randrange(len(content)) for _ in range(number // 2)]
    dense = [chosen.choice(used) for _ in range(number // 2)]
    return [(at, chosen.randrange(8)) for at in (*spread, *dense)]


def check(folder: Path, content: bytes, truth: dict[str, Ledger | None]) -> None:
    """Open a damaged file: all of it is there, or none of it is, and starts are calm from then."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "state.db"
    path.write_bytes(content)
    try:
        store = SqliteStore(path)
    except StateForeign:
        return
    aside = list(folder.glob("*.damaged-*"))
    found = {family: store.load(family, SHAPE) for family in FAMILIES}
    assert found == (dict.fromkeys(FAMILIES) if aside else truth)
    assert store.restarted(FAMILIES[0]) is bool(aside)
    store.close()


def test_no_flipped_bit_gives_another_total(
    tmp_path: Path, sound: tuple[bytes, dict[str, Ledger | None]]
) -> None:
    """Here a sample, with the bits that once stopped the start; all over the file in a deep run."""
    content, truth = sound
    for at, bit in (*FLIPS, *drawn(content, 60)):
        check(tmp_path / "damaged", flipped(content, at, bit), truth)


@pytest.mark.deep
def test_no_bit_of_a_whole_file_gives_another_total(
    tmp_path: Path, sound: tuple[bytes, dict[str, Ledger | None]]
) -> None:
    """1,500 flips: no other total, no traceback, no start that fails for damage."""
    content, truth = sound
    for at, bit in drawn(content, 1500):
        check(tmp_path / "damaged", flipped(content, at, bit), truth)
