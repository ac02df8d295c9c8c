"""Pieces give back their lines, held plain or compressed."""

import zlib

import pytest

from exporter.exposition.piece import MOST_PLAIN, Piece

LINE = b'some_metric{label="%07d"} 1\n'


@pytest.mark.parametrize("number", [0, 1, 100, 40_000])
def test_a_piece_gives_back_its_lines(number: int) -> None:
    """Plain, compressed and as a checksum, few lines and many are the same lines."""
    chunks = [b"".join(LINE % (n + k) for k in range(100)) for n in range(0, number, 100)]
    whole, piece = b"".join(chunks), Piece(chunks)
    assert b"".join(piece.plain()) == whole
    assert piece.size == len(whole)
    assert piece.checksum_after(zlib.crc32(b"x")) == zlib.crc32(b"x" + whole)
    unpacked = zlib.decompressobj(-zlib.MAX_WBITS)
    assert unpacked.decompress(piece.packed()) == whole


def test_many_lines_are_held_compressed() -> None:
    """Lines of more than 256 KiB are given out in bounded chunks, and held at a fraction."""
    whole = b"".join(LINE % n for n in range(100_000))
    piece = Piece(whole[at : at + 50_000] for at in range(0, len(whole), 50_000))
    assert max(map(len, piece.plain())) <= MOST_PLAIN
    assert len(piece.packed()) + len(piece._plain) < len(whole) / 4
