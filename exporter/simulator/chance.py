"""Chance without state: the same key always draws the same number, in any order, at any time."""

from hashlib import blake2b

_WHOLE = float(1 << 64)


def unit(*key: object) -> float:
    """Return a number in [0, 1) that depends on `key` alone."""
    text = "|".join(map(str, key)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") / _WHOLE


def around(width: float, *key: object) -> float:
    """Return a factor between 1 - width and 1 + width, 1 on average."""
    return 1.0 + width * (2.0 * unit(*key) - 1.0)


def whole(expected: float, *key: object) -> int:
    """Round so that the mean over many keys is `expected`."""
    return int(expected + unit(*key))
