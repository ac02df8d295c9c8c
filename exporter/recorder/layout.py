"""The layout of an application's metrics in Redis: written by recorders, read by the exporter.

Recorders write version 2. The exporter reads version 1, of older recorders, beside it, and adds
both. All keys of an application share a hash tag, so that one script may touch them in a cluster.

totals    hash: field -> sum of what all instances ever counted; HINCRBYFLOAT only
gauges    hash: instance and field -> Unix time of the last change, and the value
families  hash: family and digest -> Unix time of the last announcement, and JSON of a Shape
seqs      hash: instance -> number of its last flush that was applied; and GENERATION -> a token,
          drawn when the hash begins, by which instances know that it was evicted
seen      sorted set: instance -> Unix time of the server when it last flushed
meta      hash: epoch, created, seeded, counted, dropped, exporter_interval, forgotten…: see
          exporter.recorder.scripts
regions   set: regions that users were seen in; under version 1 for every recorder
users:…   HyperLogLog of users, one for each region, width and slot of the server's time; likewise

A field is family, digest of the shape, part and label values, joined by the unit separator. The
part of a counter is empty; of a histogram it is the bound of one bucket, not accumulated, or `s`
for the sum; of a summary `s` or `n` for the count. A field of version 1 has no digest, a gauge and
a family of version 1 no time.
"""

import json
import re
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from hashlib import blake2b

VERSION = 2
VERSIONS = (1, 2)
SEPARATOR = "\x1f"
GENERATION = "~"
SUM, COUNT = "s", "n"
RULES = ("sum", "max", "min", "latest", "mean")
MOST_FIELDS = 100_000  # in totals, over all instances; FLUSH refuses new ones beyond
# A window's name, the width of its slots in seconds, and how many slots it is made of.
WINDOWS = (("5m", 60, 5), ("1h", 300, 12), ("1d", 3600, 24))

_SHARED = ("regions", "users")  # did not change since version 1
_ESCAPE = "\x1a"
_ODD = re.compile(f"[{_ESCAPE}{SEPARATOR}\ud800-\udfff]")
_ESCAPED = re.compile(f"{_ESCAPE}([0-9a-f]{{4}})")


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

    def of_flush(self) -> list[str]:
        """Return the keys of the script FLUSH."""
        return [self.totals, self.gauges, self.families, self.seqs, self.seen, self.meta]

    def slot(self, region: str, width: int, number: int) -> str:
        """Return the key of the users of a region in a slot: Unix time divided by its width."""
        return f"{self.users}:{region}:{width}:{number}"


def keys(application: str, version: int = VERSION) -> Keys:
    """Return the keys of an application by its name."""

    def key(name: str) -> str:
        return f"ionmon:{1 if name in _SHARED else version}:{{{application}}}:{name}"

    return Keys(**{each.name: key(each.name) for each in fields(Keys)})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A family's description: type, help, label names, finite bounds, how gauges are joined."""

    type: str
    help: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    rule: str = "sum"

    @cached_property
    def digest(self) -> str:
        """Return 8 hexadecimal digits, of what counting depends on: type, label names, bounds."""
        text = json.dumps([self.type, self.labels, self.bounds])
        return blake2b(text.encode(), digest_size=4).hexdigest()

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


@dataclass(frozen=True, slots=True)
class RedisField:
    """What a field's name says; the digest is empty in version 1."""

    family: str
    digest: str
    part: str
    values: tuple[str, ...]


def field(family: str, digest: str, part: str, values: tuple[str, ...]) -> str:
    """Return the name of a field: text that encodes as UTF-8, whatever the label values are."""
    name = SEPARATOR.join((family, digest, part, *values))
    if name.count(SEPARATOR) == len(values) + 2 and not _ODD.search(name.replace(SEPARATOR, "")):
        return name
    return SEPARATOR.join(map(_escaped, (family, digest, part, *values)))


def parts(text: str, version: int = VERSION) -> RedisField:
    """Return what a field's name says. Raises ValueError where it is none.

    A label value may have lone surrogates, as the application had it.
    """
    if version == 1:
        family, part, *values = text.split(SEPARATOR)
        return RedisField(family, "", part, tuple(values))
    family, digest, part, *values = map(_plain, text.split(SEPARATOR))
    return RedisField(family, digest, part, tuple(values))


def family_field(family: str, digest: str) -> str:
    """Return the name of a field of `families`."""
    return SEPARATOR.join((_escaped(family), digest))


def family_parts(text: str) -> tuple[str, str]:
    """Return family and digest of a field of `families`. Raises ValueError where it is none."""
    family, digest = map(_plain, text.split(SEPARATOR))
    return family, digest


def stamped(text: str) -> tuple[float, str]:
    """Return Unix time and text of a value of `gauges` or `families`. Raises ValueError."""
    at, found, value = text.partition(SEPARATOR)
    if not found:
        raise ValueError("no time")
    return float(at), value


def _escaped(text: str) -> str:
    return _ODD.sub(lambda match: f"{_ESCAPE}{ord(match[0]):04x}", text)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if _ESCAPE in text else text
