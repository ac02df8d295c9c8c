"""Makes label values of any source fit to be exposed: printable, and of a bounded length."""

import hashlib

MAX_LABEL = 200
_HASH_DIGITS = 8


def clean(value: str) -> str:
    """Return a label value without control characters, of at most `MAX_LABEL` characters.

    A value that changes ends in a short hash of the original: values that become alike stay apart,
    and the exposed value depends on nothing but the original.
    """
    if value.isprintable() and len(value) <= MAX_LABEL:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    ending = f"~{digest}"
    printable = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for c in value[: MAX_LABEL - len(ending)]
    )
    return printable + ending
