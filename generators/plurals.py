"""A count with its noun, as every text of ours writes it."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number of things: 1 file, 2 files. `plural` is for a noun that takes more than s."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"
