"""A small canvas: smooth strokes on a plain background, and its PNG.

A mail can show no SVG, and a drawing library is heavy for a line of 168 pixels: this is all that
the small chart needs. PNG as the W3C's specification has it: 8 bits a channel, no interlacing.
"""

import math
import struct
import zlib
from dataclasses import dataclass, field

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR = 2
_STEPS = 8
Spot = tuple[float, float]


@dataclass(slots=True)
class Canvas:
    """Pixels of one background colour, written `#rrggbb`, until something is drawn."""

    width: int
    height: int
    background: str
    _pixels: bytearray = field(init=False)

    def __post_init__(self) -> None:
        """Fill it."""
        self._pixels = bytearray(_rgb(self.background) * (self.width * self.height))

    def stroke(self, start: Spot, end: Spot, colour: str, width: float) -> None:
        """Draw a line with round ends; its edges are smooth over one pixel."""
        reach = width / 2 + 1
        ink = _rgb(colour)
        rows = _within(min(start[1], end[1]) - reach, max(start[1], end[1]) + reach, self.height)
        for y in rows:
            left, right = _passed(start, end, y + 0.5, reach)
            for x in _within(left - reach, right + reach, self.width):
                away = _distance((x + 0.5, y + 0.5), start, end)
                # In few steps: a smooth edge needs no more, and they compress better.
                cover = round(min(1.0, width / 2 + 0.5 - away) * _STEPS) / _STEPS
                if cover > 0:
                    self._blend(3 * (y * self.width + x), ink, cover)

    def _blend(self, at: int, ink: bytes, cover: float) -> None:
        for channel in range(3):
            old = self._pixels[at + channel]
            self._pixels[at + channel] = round(old + (ink[channel] - old) * cover)

    def png(self) -> bytes:
        """Return the pixels as a PNG."""
        size = 3 * self.width
        rows = (self._pixels[y * size : (y + 1) * size] for y in range(self.height))
        data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, _TRUECOLOUR, 0, 0, 0)
        return b"".join(
            (_SIGNATURE, _chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
        )


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour.removeprefix("#"))


def _within(low: float, high: float, size: int) -> range:
    return range(max(0, math.floor(low)), min(size, math.ceil(high)))


def _passed(start: Spot, end: Spot, y: float, reach: float) -> tuple[float, float]:
    """Return between which columns a line comes as near to a row as it reaches."""
    rise = end[1] - start[1]
    if not rise:
        return min(start[0], end[0]), max(start[0], end[0])
    shares = (min(1.0, max(0.0, (at - start[1]) / rise)) for at in (y - reach, y + reach))
    first, second = (start[0] + share * (end[0] - start[0]) for share in shares)
    return min(first, second), max(first, second)


def _distance(spot: Spot, start: Spot, end: Spot) -> float:
    """Return how far a spot is from the nearest point of a line."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0
    if length:
        along = ((spot[0] - start[0]) * dx + (spot[1] - start[1]) * dy) / length
        along = min(1.0, max(0.0, along))
    return math.hypot(spot[0] - start[0] - along * dx, spot[1] - start[1] - along * dy)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
