"""What a Redis server replies, as rows of text by section, and the samples that they make.

A section that INFO writes as plain fields is one row. One with a line for each item (a command,
a database, a replica) has a row for each, with the item's name under the label that families use.
Nothing here raises on a server's reply: what cannot be read is left out.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exporter.catalog.model import Family, RedisInfo, Type
from exporter.exposition.samples import Sample

Row = Mapping[str, str]
Info = Mapping[str, tuple[Row, ...]]

# More lines of one section than any server has in practice; further ones are left out.
MOST_ROWS = 2000
MOST_ERRORS = 50
_LONGEST_LABEL = 128
_WORDS = {"ok": 1.0, "up": 1.0, "err": 0.0, "fail": 0.0, "down": 0.0, "sdown": 0.0, "odown": 0.0}
_NAMED = {
    "commandstats": (re.compile(r"cmdstat_(.+)"), "cmd"),
    "errorstats": (re.compile(r"errorstat_(.+)"), "err"),
    "latencystats": (re.compile(r"latency_percentiles_usec_(.+)"), "cmd"),
    "keyspace": (re.compile(r"(db\d+)"), "db"),
    "replication": (re.compile(r"(slave\d+)"), "slave"),
    "sentinel": (re.compile(r"(master\d+)"), "master"),
}
_RENAMED = {
    "ip": "slave_ip",
    "port": "slave_port",
    "state": "slave_state",
    "name": "master_name",
}


def parse(text: str) -> Info:
    """Read the reply to INFO; sections in lower case."""
    info: dict[str, tuple[Row, ...]] = {}
    for section, lines in _sections(text):
        info.update(_rows(section, lines))
    if "keyspace" in info and all(row["db"] != "db0" for row in info["keyspace"]):
        info["keyspace"] += ({"db": "db0", "keys": "0", "expires": "0"},)
    return info


def fields(text: str) -> Row:
    """Read lines of `name:value`, which is how CLUSTER INFO replies."""
    return {name: value for name, _, value in (line.partition(":") for line in text.splitlines())}


def samples(
    family: Family, labels: tuple[str, str], info: Info, start: float | None
) -> list[Sample]:
    """Return the samples of a family whose source is a RedisInfo; `labels` are target and node."""
    if not isinstance(family.source, RedisInfo):
        return []
    rows = [row for row in info.get(family.source.section, ()) if family.source.field in row]
    if family.type is Type.INFO:
        rows = [{**_flat(info), **row} for row in rows]
    created = start if family.type is Type.COUNTER else None
    made = {}
    for row in rows:
        value = 1.0 if family.type is Type.INFO else number(row[family.source.field])
        if value is not None:
            own = tuple(_label(row.get(name, "")) for name in family.label_names[2:])
            made[own] = Sample(labels + own, value * family.source.scale, created)
    return list(made.values())


def keep_errors(
    rows: Sequence[Row], known: Iterable[str]
) -> tuple[tuple[Row, ...], frozenset[str]]:
    """Join the kinds of errors beyond the first MOST_ERRORS as `other`; return the kinds kept.

    A script can invent kinds without end. `known` are the kinds kept so far: a kind never moves
    into or out of `other`, so that no counter falls.
    """
    kept = set(known)
    for row in rows:
        if len(kept) < MOST_ERRORS:
            kept.add(row["err"])
    shown = [row for row in rows if row["err"] in kept]
    counts = [number(row.get("count", "")) for row in rows if row["err"] not in kept]
    if counts:
        total = math.fsum(count for count in counts if count is not None)
        shown.append({"err": "other", "count": repr(total)})
    return tuple(shown), frozenset(kept)


def number(text: str) -> float | None:
    """Return the number in a field of INFO; None where there is none; -1 means none, too."""
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    section, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            yield section, lines
            section, lines = line[1:].strip().lower(), []
        elif ":" in line:
            lines.append(line)
    yield section, lines


def _rows(section: str, lines: list[str]) -> Iterator[tuple[str, tuple[Row, ...]]]:
    named = [row for row in (_named(section, line) for line in lines[:MOST_ROWS]) if row]
    if section in {"replication", "sentinel"}:
        yield section, (fields("\n".join(lines)),)
        yield {"replication": "slaves", "sentinel": "sentinel_masters"}[section], tuple(named)
    elif section == "latencystats":
        yield section, tuple(_percentiles(named))
    elif section in _NAMED:
        yield section, tuple(named)
    elif section:
        yield section, (fields("\n".join(lines)),)


def _named(section: str, line: str) -> dict[str, str]:
    if section not in _NAMED or "=" not in line:
        return {}
    pattern, label = _NAMED[section]
    # An address may contain a colon, and so may a kind of error: the last one before "=" splits.
    item = line.partition("=")[0].rpartition(":")[0]
    match = pattern.fullmatch(item)
    if not match:
        return {}
    row = {label: match[1]}
    for name, _, value in (part.partition("=") for part in line[len(item) + 1 :].split(",")):
        row.setdefault(_RENAMED.get(name, name), value)
    if "status" in row:
        row["master_status"] = row["status"]
    return row


def _percentiles(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        for name, value in row.items():
            if name.startswith("p"):
                yield {"cmd": row["cmd"], "percentile": name[1:], "usec": value}


def _flat(info: Info) -> Row:
    flat: dict[str, str] = {}
    for section in ("server", "memory", "replication"):
        for row in info.get(section, ()):
            flat |= row
    return flat


def _label(text: str) -> str:
    return text.strip()[:_LONGEST_LABEL]
