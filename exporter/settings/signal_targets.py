"""The section of monitoring.yaml on targets: what a signal should be, as people write it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated

from pydantic import BeforeValidator

from exporter.catalog.expression import Share, Signal
from exporter.catalog.model import Unit
from exporter.catalog.signals import SIGNALS
from exporter.settings.addresses import Text
from exporter.settings.types import inside, ratio, seconds

_FORM = re.compile(
    r"at least (?P<least>\S+)|at most (?P<most>\S+)|(?P<low>\S+) to (?P<high>\S+)", re.ASCII
)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_SIGNALS = {signal.name: signal for signal in SIGNALS}
_EXAMPLES = {Unit.RATIO: ("80%", "85%"), Unit.SECONDS: ("20ms", "40ms")}


@dataclass(frozen=True, slots=True)
class SignalTarget:
    """The least and the greatest value that a signal should have, in its base unit."""

    least: float | None
    most: float | None


def signal_target(signal: Signal, text: str) -> SignalTarget:
    """Return the range of a target such as `80% to 85%`. Raises ValueError with the fix."""
    match = _FORM.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError(f"is no target; {_fix(signal)}")
    read = _reader(signal)
    least, most = (
        None if written is None else read(written)
        for written in (match["least"] or match["low"], match["most"] or match["high"])
    )
    if least is not None and most is not None and least >= most:
        raise ValueError("begins above its end; write the lower value first")
    return SignalTarget(least, most)


def _reader(signal: Signal) -> Callable[[str], float]:
    """Return what reads a value of a signal's unit, whose errors have the form."""

    def read(text: str) -> float:
        try:
            return _value(signal.unit, text)
        except ValueError:
            raise ValueError(f"has '{text}', which is no {_kind(signal)}; {_fix(signal)}") from None

    return read


def _value(unit: Unit, text: str) -> float:
    if unit is Unit.RATIO:
        return ratio(text)
    if unit is Unit.SECONDS:
        return seconds(text)
    number = text.removesuffix("/s") if unit is Unit.PER_SECOND else text
    if _NUMBER.fullmatch(number) is None:
        raise ValueError(text)
    return float(number.replace(",", ""))


def _kind(signal: Signal) -> str:
    return {Unit.RATIO: "percentage", Unit.SECONDS: "duration"}.get(signal.unit, "number")


def _fix(signal: Signal) -> str:
    low, high = _EXAMPLES.get(signal.unit, ("9000", "12000"))
    return f"write it like 'at least {low}', 'at most {high}' or '{low} to {high}'"


def _not_bare(value: object) -> object:
    if _is_bare(value):
        text = f"write 'at least {value}', 'at most {value}', or a range such as '80% to 85%'"
        raise ValueError(f"a bare number; {text}")
    return value


def _is_bare(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SignalTargetText = Annotated[Text, BeforeValidator(_not_bare)]


def of_known_signals(targets: Mapping[str, str]) -> Mapping[str, str]:
    """Refuse a target of no signal, and one that is none."""
    for name, text in targets.items():
        signal = _SIGNALS.get(name)
        if signal is None:
            raise inside((name,), _unknown(name))
        if isinstance(signal.expression, Share):
            raise inside((name,), f"has a value for each {signal.expression.by}; remove it")
        try:
            signal_target(signal, text)
        except ValueError as error:
            raise inside((name,), str(error)) from None
    return targets


def _unknown(name: str) -> str:
    near = get_close_matches(name, _SIGNALS, 1)
    hint = f"did you mean '{near[0]}'?" if near else "docs/signals.md lists them"
    return f"no signal has this name; {hint}"
