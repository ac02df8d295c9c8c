"""Joins CRC-32 checksums of pieces into that of the whole, without the bytes.

A checksum is a polynomial over GF(2); appending n zero bytes multiplies it by x^(8n) modulo the
polynomial of CRC-32. Bits are in reversed order, as in RFC 1952, section 8.
"""

_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


def joined(first: int, second: int, shift: int) -> int:
    """Return the checksum of two pieces after each other; `shift` is that of the second."""
    return _product(shift, first) ^ second


def shift_of(size: int) -> int:
    """Return x^(8 * size), by which a checksum is multiplied when `size` bytes follow."""
    found, power, left = _ONE, _ONE >> 8, size  # power begins as x^8
    while left:
        if left & 1:
            found = _product(power, found)
        power = _product(power, power)
        left >>= 1
    return found


def _product(a: int, b: int) -> int:
    """Return a times b modulo the polynomial."""
    found = 0
    while a:
        if a & _ONE:
            found ^= b
        a = (a << 1) & 0xFFFFFFFF
        b = (b >> 1) ^ (_POLYNOMIAL if b & 1 else 0)
    return found
