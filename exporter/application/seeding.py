"""Fills an emptied Redis with what was exposed, so that counters go on where they were."""

from exporter.application.memory import Memory
from exporter.application.state import LayoutState, Schema
from exporter.recorder.layout import SEPARATOR, Keys, family_field
from exporter.recorder.scripts import SEED
from exporter.redis.client import Command


def seeding(keys: Keys, layout: LayoutState, memory: Memory) -> list[Command]:
    """Return commands that write the marks of a layout, and which flushes they include.

    The descriptions of families come first: without them, another exporter could not name a count
    whose instances have all ended.
    """
    epoch = memory.epoch(layout.version)
    totals = [t for n, value in memory.marks.totals(layout.version) for t in (n, repr(value))]
    seqs = [text for name, number in epoch.seqs.items() for text in (name, str(number))]
    counted = (str(len(totals) // 2), *totals, str(len(seqs) // 2), *seqs)
    redis_keys = (keys.totals, keys.seqs, keys.meta)
    described: list[Command] = [
        ("HSETNX", keys.families, *_described(key.version, key.family, key.digest, schema))
        for key, schema in memory.schemas.items()
        if key.version == layout.version
    ]
    seed = ("EVAL", SEED, "3", *redis_keys, epoch.name, layout.epoch, epoch.created, *counted)
    return [*described, seed]


def _described(version: int, family: str, digest: str, schema: Schema) -> tuple[str, str]:
    text = schema.shape.written()
    if version == 1:
        return family, text
    return family_field(family, digest), f"{schema.at:.6f}{SEPARATOR}{text}"
