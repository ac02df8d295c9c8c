"""What somebody's own alertmanager.yml lacks of the generated one: a route of its own, first."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from generators.deploy.additions.model import Additions, Insertion

Body = Mapping[str, Any]
_MAIL = "smtp_"
_NAMED = ("receivers", "time_intervals")


def alertmanager_additions(
    file: Path, existing: Body, generated: Body, alerts: Sequence[str]
) -> Additions:
    """Return what to add to a file, so that these alerts are routed as in the generated one.

    Its own routes, receivers and globals stay as they are: nothing else is notified otherwise.
    """
    own = {
        **generated,
        "receivers": [_with_mail(one, existing, generated) for one in generated["receivers"]],
    }
    every = (
        _templates(file, existing, own),
        _route(existing, own, alerts),
        _inhibition(existing, own),
        *(_named(name, existing, own) for name in _NAMED),
        _recorder(existing, own),
    )
    return Additions(
        insertions=tuple(one for part in every for one in part.insertions),
        conflicts=tuple(one for part in every for one in part.conflicts),
    )


def _templates(file: Path, existing: Body, generated: Body) -> Additions:
    patterns = [str(file.parent / one) for one in existing.get("templates") or ()]
    more = [
        one
        for one in generated["templates"]
        if not any(fnmatch(str(file.parent / one), pattern) for pattern in patterns)
    ]
    return Additions((Insertion(("templates",), more),) if more else ())


def _route(existing: Body, generated: Body, alerts: Sequence[str]) -> Additions:
    """Return one route with all of ours below it, before those that might take our alerts."""
    matcher = f'alertname=~"{"|".join(sorted(alerts))}"'
    mine = {"matchers": [matcher], **generated["route"]}
    its = (existing.get("route") or {}).get("routes") or []
    if mine in its:
        return Additions()
    older = [one for one in its if one.get("receiver") == mine["receiver"] and "matchers" in one]
    if older:
        text = (
            f"route.routes: one to '{mine['receiver']}' is there already, and is another; remove it"
        )
        return Additions(conflicts=(text,))
    return Additions((Insertion(("route", "routes"), [mine], first=True),))


def _inhibition(existing: Body, generated: Body) -> Additions:
    its = existing.get("inhibit_rules") or ()
    more = [one for one in generated.get("inhibit_rules") or () if one not in its]
    return Additions((Insertion(("inhibit_rules",), more),) if more else ())


def _named(section: str, existing: Body, generated: Body) -> Additions:
    known = {one["name"]: one for one in _its(section, existing)}
    mine = generated.get(section) or ()
    conflicts = tuple(
        f"{section}: '{one['name']}' is there already, and is another; rename yours"
        for one in mine
        if known.get(one["name"], one) != one
    )
    more = [one for one in mine if one["name"] not in known]
    return Additions((Insertion((section,), more),) if more else (), conflicts)


def _its(section: str, existing: Body) -> Iterator[Body]:
    yield from existing.get(section) or ()
    if section == "time_intervals":  # an older name of the same
        yield from existing.get("mute_time_intervals") or ()


def _with_mail(receiver: Body, existing: Body, generated: Body) -> Body:
    """Return a receiver whose mail has what the generated file has for all, but the other lacks."""
    its = existing.get("global") or {}
    own = {
        name.removeprefix(_MAIL): value
        for name, value in (generated.get("global") or {}).items()
        if name.startswith(_MAIL) and its.get(name) != value
    }
    if not own or "email_configs" not in receiver:
        return receiver
    return {**receiver, "email_configs": [{**own, **one} for one in receiver["email_configs"]]}


def _recorder(existing: Body, generated: Body) -> Additions:
    mine, its = generated.get("event_recorder"), existing.get("event_recorder")
    if mine is None or mine == its:
        return Additions()
    if its is not None:
        return Additions(conflicts=("event_recorder: is there already; add the output to it",))
    return Additions((Insertion(("event_recorder",), mine),))
