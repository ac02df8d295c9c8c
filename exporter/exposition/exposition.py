"""The exposition, which is the body of /metrics; unchanged parts are not encoded again."""

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from exporter.catalog.model import Family, Type, Unit
from exporter.exposition.encoding import Labels, Stems, chunks, head, stems_key
from exporter.exposition.piece import MOST_PLAIN, ROOMY_PLAIN, Failure, Piece
from exporter.exposition.samples import Part

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
GZIP_END = b"\x03\x00"
ROOM = 1 << 25  # bytes held plain, up to which a large piece is held plain, too

Families = Iterable[tuple[Family, tuple[Part, ...]]]
_HeadKey = tuple[str, Type, str, Unit]
_StemsKey = tuple[str, Type, Labels]


class Format(Enum):
    """The two formats of the exposition."""

    TEXT = "text"
    OPENMETRICS = "openmetrics"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Families as pieces, and why parts of some families are missing: a reason by name."""

    pieces: tuple[Piece, ...] = ()
    failures: Mapping[str, Failure] = field(default_factory=dict)


class Body:
    """The bytes of an exposition, of a known size; many of them are made while they are sent."""

    __slots__ = ("_bytes", "_pieces", "size")

    def __init__(self, pieces: tuple[Piece, ...], *, gzip: bool) -> None:
        """Join pieces to a plain or a compressed body."""
        self._pieces = pieces
        self._bytes = _zip(pieces) if gzip else None
        self.size = sum(p.size for p in pieces) if self._bytes is None else len(self._bytes)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in chunks."""
        if self._bytes is not None:
            yield self._bytes
            return
        gathered, size = list[bytes](), 0
        for chunk in (chunk for piece in self._pieces for chunk in piece.plain()):
            gathered.append(chunk)
            size += len(chunk)
            if size > MOST_PLAIN:
                yield b"".join(gathered)
                gathered, size = [], 0
        yield b"".join(gathered)

    def __bytes__(self) -> bytes:
        """Return all of it."""
        return b"".join(self.chunks())


class Exposition:
    """Encodes snapshots one after the other; used by one thread at a time.

    Whatever is kept is keyed by everything that it depends on: a family's labels, type and help may
    change under its name.
    """

    def __init__(self, failed: Callable[[Family, Failure], None] = lambda _, __: None) -> None:
        """Start with nothing kept; `failed` is called with each part that cannot be encoded."""
        self._failed = failed
        self._stems: dict[_StemsKey, Stems] = {}
        self._heads: dict[bool, dict[_HeadKey, Piece]] = {False: {}, True: {}}
        self._pieces: dict[bool, dict[Part, Piece]] = {False: {}, True: {}}

    def body(self, families: Families, fmt: Format, *, gzip: bool) -> bytes:
        """Return the exposition of a snapshot's families."""
        return bytes(body((self.encode(families, fmt),), fmt, gzip=gzip))

    def encode(self, families: Families, fmt: Format) -> Encoded:
        """Return the families' lines. A part that cannot be encoded is left out, with a reason."""
        openmetrics = fmt is Format.OPENMETRICS
        old, kept = self._pieces[openmetrics], dict[Part, Piece]()
        heads, pieces, failures = dict[_HeadKey, Piece](), list[Piece](), dict[str, Failure]()
        live, held = Counter[_StemsKey](), 0
        for family, parts in families:
            key = (family.name, family.type, family.help, family.unit)
            heads[key] = self._head(key, family, openmetrics=openmetrics)
            encoded = list[Piece]()
            for part in parts:
                live[stems_key(part.family)] += len(part.samples)
                most = ROOMY_PLAIN if held < ROOM else MOST_PLAIN
                piece = kept[part] = old.get(part) or self._encode(part, most, fmt)
                held += piece.held
                encoded.append(piece)
                if piece.failure:
                    failures[family.name] = piece.failure
            if any(piece.size for piece in encoded):
                pieces += (heads[key], *encoded)
        self._pieces[openmetrics], self._heads[openmetrics] = kept, heads
        self._trim(live)
        return Encoded(tuple(pieces), failures)

    def _head(self, key: _HeadKey, family: Family, *, openmetrics: bool) -> Piece:
        found = self._heads[openmetrics].get(key)
        return found or Piece((head(family, openmetrics=openmetrics),))

    def _encode(self, part: Part, most: int, fmt: Format) -> Piece:
        try:
            key = stems_key(part.family)
            if key not in self._stems:
                self._stems[key] = Stems(part.family)
            openmetrics = fmt is Format.OPENMETRICS
            return Piece(chunks(part, self._stems[key], openmetrics=openmetrics), most=most)
        except Exception as error:  # noqa: BLE001 - one part that is wrong costs only itself
            failure = _failure(error)
            self._failed(part.family, failure)
            return Piece((), failure)

    def _trim(self, live: Mapping[_StemsKey, int]) -> None:
        """Forget the texts of families and series that are gone."""
        self._stems = {key: stems for key, stems in self._stems.items() if key in live}
        for key, stems in self._stems.items():
            stems.trim(live[key])


def body(encoded: Iterable[Encoded], fmt: Format, *, gzip: bool) -> Body:
    """Return the whole exposition."""
    pieces = tuple(piece for each in encoded for piece in each.pieces)
    end = (_END,) if fmt is Format.OPENMETRICS else ()
    return Body(pieces + end, gzip=gzip)


def merged(encoded: Encoded) -> Encoded:
    """Return the same lines as one piece."""
    lines = (chunk for piece in encoded.pieces for chunk in piece.plain())
    return Encoded((Piece(lines),), encoded.failures)


_REASONS = ((UnicodeError, "text"), (TypeError, "value"), (ValueError, "labels"))


def _failure(error: Exception) -> Failure:
    reason = next((word for kind, word in _REASONS if isinstance(error, kind)), "internal")
    return Failure(reason, f"{type(error).__name__}: {error}")


_END = Piece((b"# EOF\n",))


def _zip(pieces: Iterable[Piece]) -> bytes:
    """Join compressed pieces into one gzip stream."""
    out, check, size = [GZIP_HEAD], 0, 0
    for piece in pieces:
        out.append(piece.packed())
        check = piece.checksum_after(check)
        size += piece.size
    out += (GZIP_END, struct.pack("<II", check, size & 0xFFFFFFFF))
    return b"".join(out)
