"""Numbers as Grafana writes them, by its names of units.

Facts: grafana-data's valueFormats. An unknown unit is written behind the number, as Grafana does.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from generators.plurals import counted
from generators.report import javascript
from generators.report.digits import fixed

Format = Callable[[float, int | None], str]

_COUNTS = ("", "K", "M", "B", "T")
_SHORT = ("", "K", "Mil", "Bil", "Tri", "Quadr", "Quint", "Sext", "Sept")
_SI = ("f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y")
_SI_BASE = _SI.index("")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_DAY = 86400.0
_SPANS = (  # below, times, divided by, name
    (1e-6, 1e9, 1.0, "ns"),
    (1e-3, 1e6, 1.0, "µs"),
    (1.0, 1e3, 1.0, "ms"),
    (60.0, 1.0, 1.0, "s"),
    (3600.0, 1.0, 60.0, "min"),
    (86400.0, 1.0, 3600.0, "hour"),
    (604800.0, 1.0, 86400.0, "day"),
    (31536e3, 1.0, 604800.0, "week"),
    (math.inf, 1.0, 31556900.0, "year"),
)
# below, divided by, name: the first of a unit is its own
_DURATIONS: dict[str, tuple[tuple[float, float, str], ...]] = {
    "ns": ((1e3, 1.0, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms"), (6e10, 1e9, "s"),
           (36e11, 6e10, "min"), (864e11, 36e11, "hour"), (math.inf, 864e11, "day")),
    "µs": ((1e3, 1.0, "µs"), (1e6, 1e3, "ms"), (math.inf, 1e6, "s")),
    "ms": ((1e3, 1.0, "ms"), (6e4, 1e3, "s"), (36e5, 6e4, "min"), (864e5, 36e5, "hour"),
           (31536e6, 864e5, "day"), (math.inf, 31536e6, "year")),
    "m": ((60.0, 1.0, "min"), (1440.0, 60.0, "hour"), (10080.0, 1440.0, "day"),
          (604800.0, 10080.0, "week"), (math.inf, 525948.0, "year")),
    "h": ((24.0, 1.0, "hour"), (168.0, 24.0, "day"), (8760.0, 168.0, "week"),
          (math.inf, 8760.0, "year")),
    "d": ((7.0, 1.0, "day"), (365.0, 7.0, "week"), (math.inf, 365.0, "year")),
}  # fmt: skip
_PLURAL = frozenset({"min", "hour", "day", "week", "year"})
_LEAST, _GREATEST = 1e-90, 1e90  # beyond them a unit says nothing, and sums of floats overflow
_EXPONENT_FROM = 1e21  # as JavaScript writes numbers
_ALWAYS_SINGULAR = frozenset({("m", "min"), ("h", "hour")})
BINARY = frozenset({"bytes", "kbytes", "mbytes", "binBps"})


def _suffixed(suffix: str, factor: float = 1.0, prefix: str = "") -> Format:
    return lambda value, decimals: f"{prefix}{fixed(value * factor, decimals)}{suffix}"


def _scaled(
    base: int, names: tuple[str, ...], unit: str = "", gap: str = "", start: int = 0
) -> Format:
    """Return a format that divides by `base` while it can; `start` is the place of its own name."""

    def write(value: float, decimals: int | None) -> str:
        power = 0 if value == 0 or not math.isfinite(value) else _power(value, base)
        power = min(max(power, -start), len(names) - 1 - start)
        name = names[start + power]
        space = gap if name or unit.strip() else ""
        return f"{fixed(value / float(base) ** power, decimals)}{space}{name}{unit}"

    return write


def _power(value: float, base: int) -> int:
    return math.floor(math.log10(abs(value)) / math.log10(base))


def _counted(unit: str) -> Format:
    return _scaled(1000, _COUNTS, f" {unit}")


def _bytes(unit: str, base: int, start: int = 0) -> Format:
    if base == 1024:  # noqa: PLR2004 - a kibibyte
        return _scaled(1024, _BINARY, unit, " ", start)
    return _scaled(1000, _SI, unit, " ", _SI_BASE + start)


def _with_prefix(unit: str) -> Format:
    """Return a unit of the International System that may be given with its prefix: `mV`."""
    start = _SI.index(unit[0]) - _SI_BASE if unit[:1] in _SI[:_SI_BASE] + _SI[_SI_BASE + 1 :] else 0
    return _bytes(unit[1:] if start else unit, 1000, start)


def _currency(symbol: str) -> Format:
    write = _scaled(1000, _COUNTS)
    return lambda value, decimals: (
        f"{'-' if value < 0 else ''}{symbol}{write(abs(value), decimals)}"
    )


def _duration(unit: str) -> Format:
    def write(value: float, decimals: int | None) -> str:
        _, divisor, name = next(one for one in _DURATIONS[unit] if abs(value) < one[0])
        many = "" if (unit, name) in _ALWAYS_SINGULAR else _plural(value / divisor, name)
        return f"{fixed(value / divisor, decimals)} {name}{many}"

    return _known(write)


def _known(write: Format) -> Format:
    """Return a format of numbers that takes infinity and NaN, too."""
    return lambda value, decimals: write(value, decimals) if math.isfinite(value) else fixed(value)


def _plural(value: float, name: str) -> str:
    return "s" if name in _PLURAL and abs(value) > 1 else ""


def _seconds(value: float, decimals: int | None) -> str:
    if value == 0:
        return "0 s"
    _, times, divisor, name = next(one for one in _SPANS if abs(value) < one[0])
    scaled = value * times / divisor
    return f"{fixed(scaled, decimals)} {name}{_plural(scaled, name)}"


def _long_duration(value: float, decimals: int | None) -> str:
    """Write `1 day, 2 hours`: the first unit, and `decimals` more."""
    if value == 0:
        return "0 seconds"
    left, found = abs(value) * 1000, list[str]()
    for name, size in (
        ("year", 31536e6),
        ("month", 2592e6),
        ("week", 6048e5),
        ("day", 864e5),
        ("hour", 36e5),
        ("minute", 6e4),
        ("second", 1e3),
        ("millisecond", 1.0),
    ):
        if len(found) <= (decimals or 0) and (left >= size or found):
            whole = int(left // size)
            found.append(counted(whole, name))
            left %= size
    return ", ".join(found) + (" ago" if value < 0 else "")


def _clock(value: float, decimals: int | None) -> str:
    del decimals
    hours, rest = divmod(int(abs(value)), 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}" + (" ago" if value < 0 else "")


def _days_and_clock(value: float, decimals: int | None) -> str:
    days, left = divmod(abs(value), _DAY)
    return (
        (f"{days:.0f} d " if days else "") + _clock(left, decimals) + (" ago" if value < 0 else "")
    )


def _moment(pattern: str) -> Format:
    """Return a format of Unix milliseconds; everything is UTC."""

    def write(value: float, decimals: int | None) -> str:
        del decimals
        try:
            at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=math.trunc(value))
        except (OverflowError, ValueError):
            return "Invalid date"
        half = "am" if at.hour < 12 else "pm"  # noqa: PLR2004 - noon
        hour = str(at.hour % 12 or 12)
        words = {_HALF: half, _HOUR: hour, _THOUSANDTHS: f"{at.microsecond // 1000:03}"}
        filled = pattern
        for word, put in words.items():
            filled = filled.replace(word, put)
        return at.strftime(filled)

    return write


def _from_now(value: float, decimals: int | None) -> str:
    del decimals
    ago = datetime.now(UTC).timestamp() - value / 1000
    size, name = next(
        (size, name)
        for size, name in ((_DAY, "day"), (3600.0, "hour"), (60.0, "minute"), (0.0, "second"))
        if abs(ago) >= size
    )
    count = round(abs(ago) / size) if size else round(abs(ago))
    words = counted(count, name)
    return f"{words} ago" if ago >= 0 else f"in {words}"


def _grouped(value: float, decimals: int | None) -> str:
    if abs(value) >= _EXPONENT_FROM:
        return fixed(value)
    places = Decimal(1).scaleb(-(3 if decimals is None else decimals))
    number = Decimal(repr(value)).quantize(places, ROUND_HALF_UP)
    whole, _, rest = f"{number:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


_HALF, _HOUR, _THOUSANDTHS = "{am or pm}", "{hour of 12}", "{milliseconds}"
_TIME = "%Y-%m-%d %H:%M:%S"
_FORMATS: dict[str, Format] = {
    "": _suffixed(""),
    "none": _suffixed(""),
    "string": lambda value, _: javascript.written(value),
    "short": _scaled(1000, _SHORT, gap=" "),
    "sishort": _scaled(1000, _SI, gap=" ", start=_SI_BASE),
    "locale": _known(_grouped),
    "percent": _suffixed("%"),
    "percentunit": _suffixed("%", 100.0),
    "s": _known(_seconds),
    "dtdurations": _known(_long_duration),
    "dthms": _known(_clock),
    "dtdhms": _known(_days_and_clock),
    "dateTimeAsIso": _moment(_TIME),
    "dateTimeAsSystem": _moment(_TIME),
    "dateTimeAsLocal": _moment(_TIME),
    "dateTimeAsUS": _moment(f"%m/%d/%Y {_HOUR}:%M:%S {_HALF}"),
    "dateTimeFromNow": _known(_from_now),
    "bytes": _bytes("B", 1024),
    "decbytes": _bytes("B", 1000),
    "kbytes": _bytes("B", 1024, 1),
    "mbytes": _bytes("B", 1024, 2),
    "deckbytes": _bytes("B", 1000, 1),
    "Bps": _bytes("B/s", 1000),
    "binBps": _bytes("B/s", 1024),
    "hertz": _bytes("Hz", 1000),
    "currencyUSD": _currency("$"),
    "currencyEUR": _currency("€"),
    **{unit: _duration(unit) for unit in _DURATIONS},
    **{
        unit: _counted(text)
        for unit, text in (
            ("reqps", "req/s"),
            ("cps", "c/s"),
            ("ops", "ops/s"),
            ("rps", "rd/s"),
            ("wps", "wr/s"),
            ("iops", "io/s"),
            ("eps", "evt/s"),
            ("mps", "msg/s"),
            ("cpm", "c/m"),
            ("opm", "ops/m"),
            ("reqpm", "req/m"),
            ("epm", "evts/m"),
        )
    },
}
_PREFIXED: dict[str, Callable[[str], Format]] = {
    "prefix": lambda text: _suffixed("", prefix=text),
    "suffix": lambda text: _suffixed(f" {text}"),
    "count": _counted,
    "currency": _currency,
    "si": _with_prefix,
    "time": lambda text: _moment(_strftime(text)),
    "bool": lambda text: lambda value, _: text.partition("/")[0 if value else 2] or "-",
}
_MOMENT_WORDS = {
    "YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "MMM": "%b",
    "D": "%d", "hh": "%I", "h": "{hour of 12}", "a": "{am or pm}", "ddd": "%a",
    "SSS": "{milliseconds}",
}  # fmt: skip


def _strftime(pattern: str) -> str:
    """Return what Moment's pattern is in strftime's words."""
    words = "|".join(sorted(_MOMENT_WORDS, key=len, reverse=True))
    return re.sub(words, lambda found: _MOMENT_WORDS[found[0]], pattern.replace("%", "%%"))


def text(value: float, unit: str = "", decimals: int | None = None) -> str:
    """Return a number in one of Grafana's units; without decimals, as many as are needed."""
    if math.isfinite(value) and abs(value) > _GREATEST:
        return f"{value:.3g}"
    value = 0.0 if abs(value) < _LEAST else value
    key, colon, rest = unit.partition(":")
    if unit in _FORMATS:
        write = _FORMATS[unit]
    elif colon and key in _PREFIXED:
        write = _PREFIXED[key](rest)
    else:
        write = _suffixed(f" {unit}")
    return write(value, decimals)
