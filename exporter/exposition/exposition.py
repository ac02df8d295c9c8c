"""The exposition, which is the body of /metrics; unchanged parts are not encoded again.

Each part is compressed by itself, and the pieces are joined into one gzip stream: each piece ends
on a byte boundary, so that another deflate block may follow (RFC 1951, 3.2.3; RFC 1952).
"""

import struct
import zlib
from collections.abc import Iterable
from enum import Enum

from exporter.catalog.model import Family
from exporter.exposition.encoding import Stems, head, lines
from exporter.exposition.snapshot import Part

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
GZIP_END = b"\x03\x00"
LEVEL = 3

Families = Iterable[tuple[Family, tuple[Part, ...]]]


class Format(Enum):
    """The two formats of the exposition."""

    TEXT = "text"
    OPENMETRICS = "openmetrics"


class Piece:
    """Some lines of the exposition; their compressed form is made once it is needed."""

    __slots__ = ("_packed", "plain")

    def __init__(self, plain: bytes) -> None:
        self.plain = plain
        self._packed: bytes | None = None

    def packed(self) -> bytes:
        """Return the lines as deflate blocks that end on a byte."""
        if self._packed is None:
            compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            self._packed = compressor.compress(self.plain) + compressor.flush(zlib.Z_FULL_FLUSH)
        return self._packed


class Exposition:
    """Encodes snapshots one after the other; used by one thread."""

    def __init__(self) -> None:
        self._stems: dict[tuple[str, tuple[str, ...]], Stems] = {}
        self._heads: dict[tuple[str, bool], Piece] = {}
        self._pieces: dict[bool, dict[Part, Piece]] = {False: {}, True: {}}

    def body(self, families: Families, fmt: Format, *, gzip: bool) -> bytes:
        """Return the exposition of a snapshot's families."""
        openmetrics = fmt is Format.OPENMETRICS
        pieces = self._encode_all(families, openmetrics=openmetrics)
        return _zip(pieces) if gzip else b"".join(piece.plain for piece in pieces)

    def _encode_all(self, families: Families, *, openmetrics: bool) -> list[Piece]:
        old, current = self._pieces[openmetrics], {}
        pieces = []
        for family, parts in families:
            pieces.append(self._head(family, openmetrics=openmetrics))
            for part in parts:
                piece = old.get(part) or self._encode(part, openmetrics=openmetrics)
                current[part] = piece
                pieces.append(piece)
        self._pieces[openmetrics] = current
        if openmetrics:
            pieces.append(Piece(b"# EOF\n"))
        return pieces

    def _head(self, family: Family, *, openmetrics: bool) -> Piece:
        key = (family.name, openmetrics)
        if key not in self._heads:
            self._heads[key] = Piece(head(family, openmetrics=openmetrics))
        return self._heads[key]

    def _encode(self, part: Part, *, openmetrics: bool) -> Piece:
        key = part.family.name, part.family.label_names
        stems = self._stems.get(key)
        if stems is None:
            stems = self._stems[key] = Stems(part.family)
        return Piece(lines(part, stems, openmetrics=openmetrics))


def _zip(pieces: Iterable[Piece]) -> bytes:
    """Join compressed pieces into one gzip stream."""
    out, check, size = [GZIP_HEAD], 0, 0
    for piece in pieces:
        out.append(piece.packed())
        check = zlib.crc32(piece.plain, check)
        size += len(piece.plain)
    out += (GZIP_END, struct.pack("<II", check, size & 0xFFFFFFFF))
    return b"".join(out)
