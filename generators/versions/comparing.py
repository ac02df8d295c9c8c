"""What differs between two generated sets: settings, alerts, series, routes, panels, files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from generators.monitoring_config import CONFIG_FILE
from generators.value_changes import ValueChange, value_changes
from generators.versions.definitions import BoardDefinition, PanelDefinition, definitions
from generators.versions.generated_set import GeneratedSet
from generators.versions.recorded import Body, RecordedAlert, RecordedConfig
from generators.versions.routing import routing_changes
from generators.worded_settings import worded

SETTINGS, ALERTS, RECORDINGS = "settings", "alerts", "recordings"
BOARDS, PANELS, FILES = "dashboards", "panels", "files"
EXPRESSION, QUERIES = "expression", "queries"
_NOT_COMPARED = ("signals", "objective")  # settings.objectives says the same
# Of an alert: what threshold, rules and links say, too.
_SHOWN_BY_OTHERS = ("name", "where", "why", "limit", "query", "runbook_url", "dashboard_url")
_SIGNAL = "signal"  # the label that tells alerts on several objectives apart
_OF_EVERY_ALERT = ("labels", "annotations")  # keys of the settings' alerts that are no alert's name


def changes_between(old: GeneratedSet, new: GeneratedSet) -> tuple[ValueChange, ...]:
    """Return everything that differs, in the order in which people read it."""
    return (
        *config_changes(old.config, new.config),
        *routing_changes(old.files, new.files),
        *_boards(definitions(old.files), definitions(new.files)),
        *_files(old, new),
    )


def config_changes(old: RecordedConfig, new: RecordedConfig) -> Iterator[ValueChange]:
    """Yield what differs in settings, alerts and recorded series."""
    old = _with_new_titles(old, new)
    yield from filter(_says_something, value_changes((), _compared(old, new), _compared(new, old)))
    yield from _recordings(old.rules, new.rules)
    yield from _conditions(old, new)


def _with_new_titles(old: RecordedConfig, new: RecordedConfig) -> RecordedConfig:
    """Return the old side with its alerts under the titles of today.

    Beside one on latency, SLABreach is SLABreach (availability): the same alert.
    """
    known, today = ({one.title for one in side.alerts} for side in (old, new))
    places = {_objective(one): one.where for one in new.alerts if one.title not in known}
    alerts = tuple(
        one
        if one.title in today
        else one.model_copy(update={"where": places.get(_objective(one), one.where)})
        for one in old.alerts
    )
    return old.model_copy(update={"alerts": alerts})


def _objective(one: RecordedAlert) -> tuple[object, ...]:
    """Return what an alert is about, whether or not its title names the signal."""
    signal = (one.model_extra or {}).get(_SIGNAL)
    where = {label: values for label, values in one.where.items() if label != _SIGNAL}
    return (one.name, signal, *sorted(where.items()))


def _says_something(one: ValueChange) -> bool:
    """Say whether a change is more than a key that a newer ionmon has, and that nobody set."""
    is_new_key = one.at[0] == SETTINGS and one.change != "changed"
    return not is_new_key or not _is_empty((one.before, one.after))


def _is_empty(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    return value is None or (isinstance(value, list | tuple) and all(map(_is_empty, value)))


def _compared(config: RecordedConfig, other: RecordedConfig) -> dict[str, Any]:
    """Return what is compared value by value; sections only where both schemas have them."""
    sections, others = config.model_extra or {}, other.model_extra or {}
    return {
        SETTINGS: _settings(config.settings),
        ALERTS: {one.title: _without(one.model_dump(), _SHOWN_BY_OTHERS) for one in config.alerts},
        **{n: held for n, held in sections.items() if n in others and n not in _NOT_COMPARED},
    }


def _settings(dumped: Body) -> dict[str, Any]:
    """Return settings as people write them, without what single alerts override."""
    settings = worded(dumped)
    overrides = settings.pop(ALERTS, {})
    settings[ALERTS] = {
        n: v for n, v in overrides.items() if n in _OF_EVERY_ALERT or not isinstance(v, dict)
    }
    return settings


def _without(body: Body, names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _recordings(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[ValueChange]:
    for one in value_changes((RECORDINGS,), old, new):
        if one.change != "changed":
            yield one
        else:
            at = (*one.at, EXPRESSION)
            yield ValueChange(at=at, change="changed", before=one.before, after=one.after)


def _conditions(old: RecordedConfig, new: RecordedConfig) -> Iterator[ValueChange]:
    """Yield the alerts whose expression differs, where both sides recorded it."""
    before = {one.title: one.query for one in old.alerts if one.query is not None}
    for one in new.alerts:
        if one.query is not None and one.title in before:
            yield from value_changes((ALERTS, one.title, EXPRESSION), before[one.title], one.query)


def _boards(
    old: Sequence[BoardDefinition], new: Sequence[BoardDefinition]
) -> Iterator[ValueChange]:
    before, after = ({one.name: one for one in boards} for boards in (old, new))
    heads = [{name: _head(one) for name, one in side.items()} for side in (before, after)]
    yield from value_changes((BOARDS,), *heads)
    for name, board in after.items():
        if name in before:
            yield from _panels(board.title, before[name], board)


def _head(board: BoardDefinition) -> dict[str, Any]:
    return _without(asdict(board), ("name", "panels"))


def _panels(title: str, old: BoardDefinition, new: BoardDefinition) -> Iterator[ValueChange]:
    """Yield the panels that differ, by number; a panel with a new title stays the same panel."""
    titles = {one.number: one.title for one in (*old.panels, *new.panels)}
    sides = (
        {f"{titles[one.number]} ({one.number})": _panel(one) for one in board.panels}
        for board in (old, new)
    )
    yield from value_changes((PANELS, title), *sides)


def _panel(found: PanelDefinition) -> dict[str, Any]:
    body = _without(asdict(found), ("number",))
    return {**body, QUERIES: {one.ref: asdict(one) for one in found.queries}}


def _files(old: GeneratedSet, new: GeneratedSet) -> Iterator[ValueChange]:
    """Yield which files come, go or change; what somebody edited does not go."""
    for name in sorted({*old.files, *new.files} - {CONFIG_FILE}):
        before, after = old.files.get(name), new.files.get(name)
        if before is None:
            yield ValueChange(at=(FILES, name), change="added")
        elif after is not None and before != after:
            yield ValueChange(at=(FILES, name), change="changed")
        elif after is None and name not in old.edited:
            yield ValueChange(at=(FILES, name), change="removed")
