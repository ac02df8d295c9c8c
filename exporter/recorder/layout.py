"""The layout of an application's metrics in Redis, version 1: written here, read by the exporter.

All keys of an application share a hash tag, so that one script may touch them in a cluster, too.

totals    hash: field -> sum of what all instances ever counted; HINCRBYFLOAT only
gauges    hash: instance and field -> its value
families  hash: family -> JSON of a Shape
seqs      hash: instance -> number of its last flush that was applied
seen      sorted set: instance -> Unix time of the server when it last flushed
meta      hash: epoch, created, seeded, dropped: see exporter.recorder.scripts
regions   set: regions that users were seen in
users:…   HyperLogLog of users, one for each region, width and slot of time

A field is family, part and label values, joined by the unit separator. The part of a counter is
empty; of a histogram it is the bound of one bucket, not accumulated, or `s` for the sum; of a
summary `s` or `n` for the count.
"""

import json
from dataclasses import asdict, dataclass, fields

VERSION = 1
SEPARATOR = "\x1f"
SUM, COUNT = "s", "n"
RULES = ("sum", "max", "min", "latest", "mean")
# A window's name, the width of its slots in seconds, and how many slots it is made of.
WINDOWS = (("5m", 60, 5), ("1h", 300, 12), ("1d", 3600, 24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of an application."""

    totals: str
    gauges: str
    families: str
    seqs: str
    seen: str
    meta: str
    regions: str
    users: str

    def slot(self, region: str, width: int, number: int) -> str:
        """Return the key of the users of a region in a slot: Unix time divided by its width."""
        return f"{self.users}:{region}:{width}:{number}"


def keys(application: str) -> Keys:
    """Return the keys of an application by its name."""
    start = f"ionmon:{VERSION}:{{{application}}}:"
    return Keys(**{field.name: start + field.name for field in fields(Keys)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A family's description: type, help, label names, finite bounds, how gauges are joined."""

    type: str
    help: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    rule: str = "sum"

    def written(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))


def shape(text: str | bytes) -> Shape:
    """Return the shape in a JSON text. Raises ValueError where it is none."""
    try:
        found = json.loads(text)
        return Shape(
            type=str(found["type"]),
            help=str(found["help"]),
            labels=tuple(str(name) for name in found["labels"]),
            bounds=tuple(float(bound) for bound in found["bounds"]),
            rule=str(found["rule"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no description of a family: {error!r}") from error


def field(family: str, part: str, values: tuple[str, ...]) -> str:
    """Return the name of a field."""
    return SEPARATOR.join((family, part, *(value.replace(SEPARATOR, " ") for value in values)))


def parts(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Return family, part and label values of a field. Raises ValueError where it is none."""
    family, part, *values = text.split(SEPARATOR)
    return family, part, tuple(values)
