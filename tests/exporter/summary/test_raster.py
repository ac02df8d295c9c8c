"""The canvas draws what it is asked to, and its PNG is one."""

import struct
import zlib

from exporter.summary.raster import Canvas


def decoded(png: bytes) -> tuple[int, int, list[bytes]]:
    """Return width, height and rows of a PNG, its checksums and lengths checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            kind + data
        )
        chunks[kind] = data
        at += 12 + size
    wide, high, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [8, 2, 0, 0, 0]
    assert list(chunks)[-1] == b"IEND"
    raw, line = zlib.decompress(chunks[b"IDAT"]), 3 * wide + 1
    assert len(raw) == line * high
    rows = [raw[at * line : (at + 1) * line] for at in range(high)]
    assert {row[0] for row in rows} == {0}
    return wide, high, [row[1:] for row in rows]


def test_a_stroke_is_where_it_was_drawn() -> None:
    """A horizontal line colours its own row whole, and rows beyond its width not at all."""
    canvas = Canvas(40, 11, "#ffffff")
    canvas.stroke((0, 5.5), (40, 5.5), "#0b5cad", 1.0)
    wide, high, rows = decoded(canvas.png())
    assert (wide, high) == (40, 11)
    assert rows[5] == bytes.fromhex("0b5cad") * 40
    assert rows[3] == rows[8] == b"\xff" * 120


def test_edges_are_smooth() -> None:
    """A line between two rows colours both by half."""
    canvas = Canvas(10, 4, "#ffffff")
    canvas.stroke((-5, 2.0), (15, 2.0), "#000000", 1.0)
    _, _, rows = decoded(canvas.png())
    assert {*rows[1], *rows[2]} == {128}


def test_what_lies_outside_is_cut() -> None:
    """A stroke beyond the borders neither fails nor comes in on the other side."""
    canvas = Canvas(10, 10, "#ffffff")
    canvas.stroke((-100, -100), (-90, 200), "#000000", 3.0)
    canvas.stroke((50, 50), (500, 60), "#000000", 3.0)
    assert {byte for row in decoded(canvas.png())[2] for byte in row} == {255}
