"""A dashboard with its data: its variables filled in, its queries answered."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from exporter.prometheus.api import Points, Prometheus, QueryRefused, ServerAlert, TimeSpan
from generators.report import board_variables, time_range
from generators.report.board_file import FileAnnotation, FileBoard, FilePanel, FileTarget, repeated
from generators.report.board_variables import FilledVariable, Scope
from generators.report.build import QueryAnswer, panel
from generators.report.colors import known
from generators.report.frames import answered, templated
from generators.report.model import Alert, ChosenVariable, DrawnBoard, DrawnPanel, Event, PanelKind
from generators.report.transform import Unknown, changed

WIDE = 1600  # pixels of a page, which decide how many points are queried
_MOST_EVENTS = 100
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+),\s*)?([A-Za-z_]\w*)\s*\)", re.DOTALL)
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """Servers, time and variables of a drawing. Times left empty are the dashboard's own.

    minimum_step   at least so many seconds lie between two points; minimum_steps: by data source
    """

    server: Prometheus
    now: float
    others: Mapping[str, Prometheus] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minimum_step: float = 15.0
    minimum_steps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """One dashboard's span and scope, and where its data is."""

    request: DataRequest
    span: TimeSpan
    scope: Scope

    def server(self, data: str) -> Prometheus:
        return self.request.others.get(self.scope.filled(data), self.request.server)

    def minimum_step(self, data: str) -> float:
        return self.request.minimum_steps.get(self.scope.filled(data), self.request.minimum_step)

    def with_own(self, **own: str) -> "_Place":
        return replace(self, scope=Scope(self.scope.variables, {**self.scope.own, **own}))

    def choosing(self, name: str, value: str) -> "_Place":
        chosen = replace(self.scope.variables[name], values=(value,), chosen_all=False)
        return replace(self, scope=Scope({**self.scope.variables, name: chosen}, self.scope.own))


def board(file: FileBoard, request: DataRequest, say: Callable[[str], None]) -> DrawnBoard:
    """Return a dashboard with everything that it shows; `say` hears each panel's title."""
    span = time_range.between(request.start or file.start, request.end or file.end, request.now)
    place, faults = _place(file, request, span)
    panels = []
    for file_panel, here in _each(file, place):
        say(file_panel.title)
        panels.append(_panel(file_panel, here))
    events, more = _events(file.notes, place)
    return DrawnBoard(
        uid=file.uid,
        title=file.title,
        description=file.description,
        start=span.start,
        end=span.end,
        rows=tuple(replace(row, title=place.scope.titled(row.title)) for row in file.rows),
        panels=tuple(panels),
        choices=tuple(
            ChosenVariable(v.name, v.label, v.text)
            for v in place.scope.variables.values()
            if not v.hidden
        ),
        events=events,
        links=file.links,
        faults=(*faults, *more),
    )


def _place(file: FileBoard, request: DataRequest, span: TimeSpan) -> tuple[_Place, list[str]]:
    """Fill the variables in, one after another, since one's query may use those before it."""
    own = {
        "__range": time_range.written(span.seconds),
        "__range_s": str(round(span.seconds)),
        "__range_ms": str(round(span.seconds * 1000)),
        "__from": str(round(span.start * 1000)),
        "__to": str(round(span.end * 1000)),
        "__dashboard": file.title,
    }
    place, faults = _Place(request, span, Scope({}, own)), list[str]()
    for variable in board_variables.read(file.variables, request.variables):
        filled, fault = _with_values(variable, place)
        faults += [fault] if fault else []
        chosen = {**place.scope.variables, variable.name: filled}
        place = replace(place, scope=Scope(chosen, own))
    return place, faults


def _with_values(variable: FilledVariable, place: _Place) -> tuple[FilledVariable, str]:
    """Return a variable with all values that its query finds, where it is on All."""
    found = _LABEL_VALUES.fullmatch(place.scope.filled(variable.query).strip())
    if not found or variable.values not in {(), (board_variables.ALL,)}:
        return variable, ""
    try:
        server = place.server(variable.data)
        values = server.label_values(found[2], found[1] or "", place.span)
    except QueryRefused as error:
        return replace(variable, values=()), f"variable {variable.name}: {error}"
    if not variable.chosen_all:
        values = values[:1]
    return replace(variable, values=values), ""


def _each(file: FileBoard, place: _Place) -> Iterator[tuple[FilePanel, _Place]]:
    for file_panel in file.panels:
        variable = place.scope.variables.get(file_panel.repeat)
        if variable is None:
            yield file_panel, place
        else:
            for one, value in repeated(file_panel, variable.values):
                yield one, place.choosing(variable.name, value)


def _panel(file_panel: FilePanel, place: _Place) -> DrawnPanel:
    if file_panel.kind is PanelKind.ALERT_LIST:
        return _alert_list(file_panel, place)
    found, faults = list[tuple[FileTarget, list[Points]]](), list[str]()
    for target in file_panel.targets:
        try:
            named = replace(target, legend=place.scope.filled(target.legend))
            found.append((named, _queried(target, file_panel, place)))
        except QueryRefused as error:
            faults.append(f"query {target.ref}: {error}")
    try:
        after = changed(answered(found), file_panel.changes) if not faults else []
    except Unknown as error:
        after, faults = [], [str(error)]
    content = place.scope.titled(file_panel.options.content)
    filled = replace(file_panel, options=file_panel.options.model_copy(update={"content": content}))
    return panel(filled, QueryAnswer(tuple(after), tuple(faults)), place.scope.titled)


def _queried(target: FileTarget, file_panel: FilePanel, place: _Place) -> list[Points]:
    pixels = file_panel.points or WIDE * file_panel.grid.w / 24
    own = time_range.duration(place.scope.filled(target.interval))
    minimum = own or place.minimum_step(target.data)
    step = time_range.step(place.span, pixels, minimum)
    filled = place.with_own(
        __interval=time_range.written(step),
        __interval_ms=str(round(step * 1000)),
        __rate_interval=time_range.written(max(step + minimum, 4 * minimum)),
        __rate_interval_ms=str(round(max(step + minimum, 4 * minimum) * 1000)),
    )
    expr, server = filled.scope.filled(target.expr), place.server(target.data)
    if target.instant:
        return server.instant(expr, place.span.end)
    return server.range(expr, place.span, step)


def _alert_list(file_panel: FilePanel, place: _Place) -> DrawnPanel:
    data = next((target.data for target in file_panel.targets), "")
    base = panel(file_panel, QueryAnswer(), place.scope.titled)
    try:
        found = place.server(data).alerts()
    except QueryRefused as error:
        return replace(base, faults=(f"alerts: {error}",))
    states = file_panel.options.state_filter or {"firing": True, "pending": True}
    matchers = _MATCHER.findall(place.scope.filled(file_panel.options.alert_instance_label_filter))
    fitting = [
        alert for alert in found if states.get(alert.state) and _fits(dict(alert.labels), matchers)
    ]
    limit = file_panel.options.max_items or 20
    alerts = sorted(map(_alert, fitting), key=lambda alert: -alert.since)
    return replace(base, alerts=tuple(alerts[:limit]))


def _fits(labels: Mapping[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    for name, operator, expected in matchers:
        value = labels.get(name, "")
        same = bool(re.fullmatch(expected, value)) if "~" in operator else value == expected
        if same == operator.startswith("!"):
            return False
    return True


def _alert(found: ServerAlert) -> Alert:
    labels = dict(found.labels)
    shown = tuple((n, v) for n, v in found.labels if n not in {"alertname", "severity"})
    return Alert(
        name=labels.get("alertname", ""),
        state=found.state,
        severity=labels.get("severity", ""),
        labels=shown,
        since=_moment(found.since),
        summary=found.summary,
    )


def _moment(text: str) -> float:
    """Return when it was; Prometheus writes nanoseconds, of which Python reads six digits."""
    short = re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00"))
    try:
        return datetime.fromisoformat(short).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _events(
    notes: tuple[FileAnnotation, ...], place: _Place
) -> tuple[tuple[Event, ...], list[str]]:
    """Return the dashboard's annotations, as many of the last as can be distinguished."""
    events, faults = list[Event](), list[str]()
    for note in notes:
        step = max(time_range.duration(note.step), time_range.step(place.span, WIDE, 1))
        own = {
            "__interval": time_range.written(step),
            "__rate_interval": time_range.written(4 * step),
        }
        expr = place.with_own(**own).scope.filled(note.expr)
        try:
            found = place.server(note.data).range(expr, place.span, step)
        except QueryRefused as error:
            faults.append(f"annotation {note.name}: {error}")
            continue
        for one in found:
            events += _regions(note, one, step)
    events.sort(key=lambda event: event.start)
    return tuple(events[-_MOST_EVENTS:]), faults


def _regions(note: FileAnnotation, one: Points, step: float) -> Iterator[Event]:
    """Yield an event for each run of points that are there and not 0."""
    text = _TAG.sub("", templated(note.text, one.labels)).strip()
    title = ": ".join(part for part in (templated(note.title, one.labels), text) if part)
    color = known(note.color, "red")
    if note.by_value:
        yield from (Event(title, color, *ends) for ends in _moments(one, step))
        return
    begin = last = None
    for time, value in zip(one.times, one.values, strict=True):
        if value and value == value:  # noqa: PLR0124 - NaN is a gap
            begin, last = time if begin is None else begin, time
        elif begin is not None and last is not None:
            yield Event(title, color, begin, last)
            begin = None
    if begin is not None and last is not None:
        yield Event(title, color, begin, last + step)


def _moments(one: Points, step: float) -> Iterator[tuple[float, float]]:
    """Yield the times that values say, in milliseconds; those within a step of the last are one."""
    begin = last = None
    for value in one.values:
        if not value or value != value:  # noqa: PLR0124 - NaN is a gap
            continue
        at = value / 1000
        if last is not None and begin is not None and last + step < at:
            yield begin, last
            begin = None
        begin, last = at if begin is None else begin, at
    if begin is not None and last is not None:
        yield begin, last
