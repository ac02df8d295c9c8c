"""Alertmanager's configuration by names: routes by their matchers, receivers by what they send."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from generators.alertmanager.build import CONFIG
from generators.value_changes import ValueChange, value_changes

ROUTES, RECEIVERS, INHIBITIONS = "routes", "receivers", "inhibitions"
ORDER = "order"
_Body = Mapping[str, Any]


def routing_changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[ValueChange]:
    """Yield what differs in who is notified of what; nothing where one side has no such file."""
    before, after = _body(old), _body(new)
    if before is None or after is None:
        return
    yield from _routes(before, after)
    yield from value_changes((RECEIVERS,), _receivers(before), _receivers(after))
    rules = (body.get("inhibit_rules") or [] for body in (before, after))
    yield from value_changes((INHIBITIONS,), *rules)
    for name in ("global", "time_intervals"):
        either = (body.get(name) or {} for body in (before, after))
        yield from value_changes(("alertmanager", name), *either)


def _body(files: Mapping[str, bytes]) -> _Body | None:
    """Return the file's content; None where there is none, or somebody broke it."""
    try:
        found = yaml.safe_load(files.get(CONFIG, b""))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("route"), dict) else None


def _routes(before: _Body, after: _Body) -> Iterator[ValueChange]:
    """Yield what differs in routes, and their order where they are the same: the first takes."""
    old, new = (dict(_flat(body["route"], "")) for body in (before, after))
    yield from value_changes((ROUTES,), old, new)
    if old.keys() == new.keys() and [*old] != [*new]:
        yield ValueChange(at=(ROUTES, ORDER), change="changed", before=[*old], after=[*new])


def _flat(route: _Body, above: str) -> Iterator[tuple[str, _Body]]:
    """Yield a route and all below it, each by the matchers that lead there.

    Of routes next to each other with the same matchers, each bears its receiver, too.
    """
    yield above or "all", {n: v for n, v in route.items() if n not in {"routes", "matchers"}}
    below: Sequence[_Body] = route.get("routes") or []
    for child in below:
        name = ", ".join(child.get("matchers") or [])
        alike = [one for one in below if one.get("matchers") == child.get("matchers")]
        if not name or len(alike) > 1:
            name = f"{name} to {child.get('receiver', '')}".strip()
        yield from _flat(child, f"{above} / {name}".removeprefix(" / "))


def _receivers(body: _Body) -> dict[str, dict[str, Any]]:
    """Return each receiver's integrations by their kind; the second of a kind has a number."""
    return {one["name"]: dict(_integrations(one)) for one in body.get("receivers") or []}


def _integrations(receiver: _Body) -> Iterator[tuple[str, Any]]:
    for kind, several in receiver.items():
        if kind == "name":
            continue
        for number, one in enumerate(several, 1):
            name = kind.removesuffix("_configs")
            yield (name if number == 1 else f"{name} {number}"), one
