"""Numbers as Grafana writes them, by its names of units.

Facts: grafana-data's valueFormats. An unknown unit is written behind the number, as Grafana does.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

Format = Callable[[float, int | None], str]

_COUNTS = ("", "K", "M", "B", "T")
_SHORT = ("", "K", "Mil", "Bil", "Tri", "Quadr", "Quint", "Sext", "Sept")
_SI = ("f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y")
_SI_BASE = _SI.index("")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_EXTRA_DECIMAL_FROM = 2.25
_MINUTE, _HOUR, _DAY, _WEEK, _YEAR = 60.0, 3600.0, 86400.0, 604800.0, 31536000.0
_SECONDS = (  # below, divided by, suffix
    (1e-6, 1e-9, "ns"),
    (1e-3, 1e-6, "µs"),
    (1.0, 1e-3, "ms"),
    (_MINUTE, 1.0, "s"),
    (_HOUR, _MINUTE, "min"),
    (_DAY, _HOUR, "hour"),
    (_WEEK, _DAY, "day"),
    (_YEAR, _WEEK, "week"),
    (math.inf, 3.15569e7, "year"),
)
_SCALES = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": _MINUTE, "h": _HOUR, "d": _DAY}
BINARY = frozenset({"bytes", "kbytes", "mbytes", "binBps"})
_NO_WEEKS = ("ns", "µs", "ms")  # these go from days to years


def fixed(value: float, decimals: int | None = None) -> str:
    """Return a number with so many decimals, or with as many as are needed."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    places = max(0, _enough(value) if decimals is None else decimals)
    # Halves go up, as JavaScript rounds; repr keeps what a double cannot hold out of the text.
    scaled = math.floor(float(f"{value * 10**places:.10g}") + 0.5) / 10**places
    return f"{scaled + 0.0:.{places}f}"


def _enough(value: float) -> int:
    if value == 0 or value % 1 == 0:
        return 0
    places = 1 - math.floor(math.log10(abs(value)))
    norm = value / 10.0**-places
    return places + (norm > _EXTRA_DECIMAL_FROM)


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
    return math.floor(math.log(abs(value), base) + 1e-12)


def _counted(unit: str) -> Format:
    return _scaled(1000, _COUNTS, f" {unit}")


def _bytes(unit: str, base: int, start: int = 0) -> Format:
    if base == 1024:  # noqa: PLR2004 - a kibibyte
        return _scaled(1024, _BINARY, unit, " ", start)
    return _scaled(1000, _SI, unit, " ", _SI_BASE + start)


def _currency(symbol: str) -> Format:
    write = _scaled(1000, _COUNTS)
    return lambda value, decimals: (
        f"{'-' if value < 0 else ''}{symbol}{write(abs(value), decimals)}"
    )


def _duration(unit: str) -> Format:
    scale = _SCALES[unit]

    def write(value: float, decimals: int | None) -> str:
        if value == 0:
            return f"{fixed(0, decimals)} {_own_name(unit)}"
        seconds = abs(value) * scale
        for below, divisor, name in _SECONDS:
            if seconds >= below and not (name == "day" and unit in _NO_WEEKS and seconds < _YEAR):
                continue
            if divisor < scale:  # a unit is never written in a smaller one, but for seconds
                break
            return f"{fixed(value * scale / divisor, decimals)} {name}"
        return f"{fixed(value, decimals)} {_own_name(unit)}"

    return write


def _own_name(unit: str) -> str:
    return {"m": "min", "h": "hour", "d": "day"}.get(unit, unit)


def _seconds(value: float, decimals: int | None) -> str:
    if value == 0:
        return "0 s"
    for below, divisor, name in _SECONDS:
        if abs(value) < below:
            return f"{fixed(value / divisor, decimals)} {name}"
    return f"{fixed(value, decimals)} s"


def _long_duration(value: float, decimals: int | None) -> str:
    """Write `1 day, 2 hours`: the first unit, and `decimals` more."""
    if value == 0:
        return "0 seconds"
    left, found = abs(value), list[str]()
    for name, size in (
        ("year", _YEAR),
        ("month", 30 * _DAY),
        ("week", _WEEK),
        ("day", _DAY),
        ("hour", _HOUR),
        ("minute", _MINUTE),
        ("second", 1.0),
    ):
        if len(found) <= (decimals or 0) and (left >= size or found):
            whole = int(left // size)
            found.append(f"{whole} {name}{'' if whole == 1 else 's'}")
            left -= whole * size
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
    return lambda value, _: datetime.fromtimestamp(value / 1000, UTC).strftime(pattern)


def _from_now(value: float, decimals: int | None) -> str:
    del decimals
    ago = datetime.now(UTC).timestamp() - value / 1000
    size, name = next(
        (size, name)
        for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (0.0, "second"))
        if abs(ago) >= size
    )
    count = round(abs(ago) / size) if size else round(abs(ago))
    words = f"{count} {name}{'' if count == 1 else 's'}"
    return f"{words} ago" if ago >= 0 else f"in {words}"


def _grouped(value: float, decimals: int | None) -> str:
    whole, point, rest = f"{value:,.{3 if decimals is None else decimals}f}".partition(".")
    return f"{whole}{point}{rest.rstrip('0')}".removesuffix(".")


_TIME = "%Y-%m-%d %H:%M:%S"
_FORMATS: dict[str, Format] = {
    "": _suffixed(""),
    "none": _suffixed(""),
    "string": lambda value, _: f"{value:g}",
    "short": _scaled(1000, _SHORT, gap=" "),
    "sishort": _scaled(1000, _SI, gap=" ", start=_SI_BASE),
    "locale": _grouped,
    "percent": _suffixed("%"),
    "percentunit": _suffixed("%", 100.0),
    "s": _seconds,
    "dtdurations": _long_duration,
    "dthms": _clock,
    "dtdhms": _days_and_clock,
    "dateTimeAsIso": _moment(_TIME),
    "dateTimeAsSystem": _moment(_TIME),
    "dateTimeAsLocal": _moment(_TIME),
    "dateTimeAsUS": _moment("%m/%d/%Y %I:%M:%S %p"),
    "dateTimeFromNow": _from_now,
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
    **{unit: _duration(unit) for unit in _SCALES if unit != "s"},
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
            ("epm", "evt/m"),
        )
    },
}
_PREFIXED: dict[str, Callable[[str], Format]] = {
    "prefix": lambda text: _suffixed("", prefix=text),
    "suffix": lambda text: _suffixed(f" {text}"),
    "count": _counted,
    "currency": _currency,
    "si": lambda text: _bytes(text, 1000),
    "time": lambda text: _moment(_strftime(text)),
    "bool": lambda text: lambda value, _: text.partition("/")[0 if value else 2] or "-",
}
_MOMENT_WORDS = {
    "YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "MMM": "%b",
    "D": "%d", "hh": "%I", "a": "%p", "ddd": "%a",
}  # fmt: skip


def _strftime(pattern: str) -> str:
    """Return what Moment's pattern is in strftime's words."""
    words = "|".join(sorted(_MOMENT_WORDS, key=len, reverse=True))
    return re.sub(words, lambda found: _MOMENT_WORDS[found[0]], pattern.replace("%", "%%"))


def text(value: float, unit: str = "", decimals: int | None = None) -> str:
    """Return a number in one of Grafana's units; without decimals, as many as are needed."""
    key, colon, rest = unit.partition(":")
    if unit in _FORMATS:
        write = _FORMATS[unit]
    elif colon and key in _PREFIXED:
        write = _PREFIXED[key](rest)
    else:
        write = _suffixed(f" {unit}")
    return write(value, decimals)
