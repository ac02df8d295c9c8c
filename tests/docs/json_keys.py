"""Keys of JSON documents, held against the tables of pages that document them.

A row's key has `[]` for the items of a list, `*` for any name, and `…` where any value may stand.
A row whose meaning says "may be missing" is not looked for.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = "docs/json.md"
_ROW = re.compile(r"^\| `([^`|]+)` \| (.*) \|$", re.MULTILINE)
_MAY = "may be missing"


def unlike_page(heading: str, *documents: Any, page: str = PAGE) -> list[str]:
    """Return the keys of documents that a section lacks, and rows that no document has."""
    rows = documented(heading, page)
    found = {path for document in documents for path in paths(document)}
    unknown = [path for path in sorted(found) if not any(covers(row, path) for row in rows)]
    unused = [
        row
        for row, meaning in rows.items()
        if _MAY not in meaning and not any(covers(row, path) for path in found)
    ]
    return [f"not on the page: {path}" for path in unknown] + [f"never there: {r}" for r in unused]


def documented(heading: str, page: str) -> dict[str, str]:
    """Return the rows of a section: meanings by keys."""
    text = (ROOT / page).read_text()
    section = re.search(
        rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert section, f"{page} has no section {heading}"
    return dict(_ROW.findall(section[1]))


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Yield the path of each value that holds no other; of an empty one, its own."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            # A name of many characters, such as a metric's or a path, is one element.
            yield from paths(inner, f"{at}\0{name}" if at else str(name))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from paths(inner, f"{at}\0[]" if at else "[]")
    else:
        yield at + ("\0" if value is None or value in ({}, []) else "")


def covers(row: str, path: str) -> bool:
    """Say whether a row is about a path: what is empty is also known by what it could hold."""
    words = row.removesuffix("…").replace("[]", ".[]").removeprefix(".").split(".")
    names, empty = path.rstrip("\0").split("\0"), path.endswith("\0")
    alike = all(word in ("*", name) for word, name in zip(words, names, strict=False))
    if len(words) == len(names):
        return alike
    return alike and (row.endswith("…") if len(words) < len(names) else empty)
