"""Encoded lines of the exposition: plain while they are few, compressed only where they are many.

Each piece is compressed by itself, and pieces are joined into one gzip stream: each ends on a byte
boundary, so that another deflate block may follow (RFC 1951, 3.2.3; RFC 1952).
"""

import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from exporter.exposition.checksum import joined, shift_of

LEVEL = 2
MOST_PLAIN = 1 << 18  # bytes; a larger piece is held compressed, at a fifteenth of its size
ROOMY_PLAIN = 1 << 21  # the same, while all pieces together are few


@dataclass(frozen=True, slots=True)
class Failure:
    """Why lines could not be encoded: a reason in a word, and the error's text."""

    reason: str
    text: str


class Piece:
    """Some lines; `failure` says why there are none, where they could not be encoded."""

    __slots__ = ("_checksum", "_packed", "_plain", "_shift", "failure", "size")

    def __init__(
        self, chunks: Iterable[bytes], failure: Failure | None = None, *, most: int = MOST_PLAIN
    ) -> None:
        """Take lines in chunks; more than `most` bytes are not held plain."""
        self.failure = failure
        self._packed: bytes | None = None
        self.size = self._checksum = self._shift = 0
        rest = iter(chunks)
        self._plain, many = _few(rest, most)
        if many:
            begun, self._plain = self._plain, b""
            self._pack(chain((begun,), rest))
        else:
            self.size = len(self._plain)

    def packed(self) -> bytes:
        """Return the lines as deflate blocks that end on a byte; made once it is needed."""
        if self._packed is None:
            compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            self._packed = compressor.compress(self._plain) + compressor.flush(zlib.Z_FULL_FLUSH)
        return self._packed

    def checksum_after(self, before: int) -> int:
        """Return the CRC-32 of these lines after others whose CRC-32 is `before`."""
        if self._shift:
            return joined(before, self._checksum, self._shift)
        return zlib.crc32(self._plain, before)

    @property
    def held(self) -> int:
        """Return how many bytes are held plain."""
        return len(self._plain)

    def plain(self) -> Iterator[bytes]:
        """Yield the lines in chunks of a bounded size."""
        if not self._shift:
            yield self._plain
            return
        source, left = zlib.decompressobj(-zlib.MAX_WBITS), self._packed or b""
        while left:
            chunk = source.decompress(left, MOST_PLAIN)
            left = source.unconsumed_tail
            if chunk:
                yield chunk

    def _pack(self, chunks: Iterable[bytes]) -> None:
        """Compress many lines in a second thread, while this one encodes the next of them."""
        compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        out = list[bytes]()
        with ThreadPoolExecutor(1, thread_name_prefix="compress") as pool:
            pending: Future[bytes] | None = None
            for chunk in chunks:
                if pending:
                    out.append(pending.result())
                pending = pool.submit(compressor.compress, chunk)
                self.size += len(chunk)
                self._checksum = zlib.crc32(chunk, self._checksum)
            out.append(pending.result() if pending else b"")
        out.append(compressor.flush(zlib.Z_FULL_FLUSH))
        self._packed, self._shift = b"".join(out), shift_of(self.size)


def _few(chunks: Iterator[bytes], most: int) -> tuple[bytes, bool]:
    """Return the first bytes, and whether they are too many to be held."""
    found, size = list[bytes](), 0
    for chunk in chunks:
        found.append(chunk)
        size += len(chunk)
        if size > most:
            return b"".join(found), True
    return b"".join(found), False
