"""Writes an application's keys in a real Redis, under either version of the layout."""

import time
from typing import Any

import redis

from exporter.recorder.layout import GENERATION, SEPARATOR, Shape, family_field, field, keys
from tests.servers import Redis


class Writer:
    """One instance of an application, as far as the exporter can see it."""

    def __init__(self, server: Redis, version: int = 2, application: str = "shop") -> None:
        self.client: Any = redis.Redis(port=server.port, protocol=2)
        self.version, self.instance = version, f"i{version}"
        self.keys = keys(application, version)
        self._number, self._generation = 0, "numbers"

    def begin(self, epoch: str = "e", **meta: str) -> "Writer":
        """Begin the totals' epoch; numbers that begin in it have its name."""
        self._generation = epoch
        self.client.hset(
            self.keys.meta, mapping={"epoch": epoch, "created": f"{time.time():.3f}", **meta}
        )
        return self

    def flush(self) -> "Writer":
        """Show that the instance lives."""
        self._number += 1
        self.client.hset(self.keys.seqs, self.instance, self._number)
        if self.version > 1:
            self.client.hsetnx(self.keys.seqs, GENERATION, self._generation)
        self.client.zadd(self.keys.seen, {self.instance: time.time()})
        return self

    def describe(self, family: str, shape: Shape) -> "Writer":
        """Announce a family."""
        if self.version == 1:
            self.client.hset(self.keys.families, family, shape.written())
        else:
            name = family_field(family, shape.digest)
            text = f"{time.time():.6f}{SEPARATOR}{shape.written()}"
            self.client.hset(self.keys.families, name, text)
        return self

    def count(
        self, family: str, shape: Shape, values: tuple[str, ...], rise: float, part: str = ""
    ) -> "Writer":
        """Add to a total, and flush."""
        self.describe(family, shape)
        name = self.name(family, shape, values, part)
        self.client.hincrbyfloat(self.keys.totals, name, rise)
        return self.flush()

    def name(self, family: str, shape: Shape, values: tuple[str, ...], part: str = "") -> str:
        """Return a field's name."""
        if self.version == 1:
            return SEPARATOR.join((family, part, *values))
        return field(family, shape.digest, part, values)

    def set(self, family: str, shape: Shape, values: tuple[str, ...], value: float) -> "Writer":
        """Set a gauge, and flush."""
        self.describe(family, shape)
        name = SEPARATOR.join((self.instance, self.name(family, shape, values)))
        text = repr(value) if self.version == 1 else f"{time.time():.6f}{SEPARATOR}{value!r}"
        self.client.hset(self.keys.gauges, name, text)
        return self.flush()
