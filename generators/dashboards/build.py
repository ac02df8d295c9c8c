"""The five dashboards as JSON: queries and texts from here, their style from grafana/."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import _jsonnet

from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.boards import Board
from generators.dashboards import (
    cache,
    configured,
    infrastructure,
    overview,
    performance,
    reliability,
)
from generators.dashboards.annotations import annotations
from generators.dashboards.datasources import BoardDatasource, datasources
from generators.dashboards.descriptions import Facts, description, families, names
from generators.dashboards.limits import Limits, limits, soft
from generators.dashboards.model import MAIN, TAG, BoardText, Panel
from generators.dashboards.queries import BoardQueries
from generators.dashboards.recorder_helpers import unused
from generators.dashboards.tables import values
from generators.dashboards.variables import present_labels, variables
from generators.incomplete import Incomplete
from generators.output_folders import DASHBOARDS
from generators.policy import Policy
from generators.rules.build import Rules

SOURCE = Path(__file__).parent / "grafana" / "dashboards"
_LATE = (
    "Values from Google arrive minutes late; those from Redis and the application arrive at once."
)
Body = dict[str, Any]
BOARDS: tuple[Callable[[Facts], BoardText], ...] = (
    overview.board,
    performance.board,
    reliability.board,
    cache.board,
    infrastructure.board,
)


def texts(settings: Settings, rules: Rules, policy: Policy) -> dict[str, str]:
    """Return the dashboards by path."""
    facts = Facts.of(settings, rules, policy)
    return {
        f"{DASHBOARDS}/{name}.json": json.dumps(board, indent=2) + "\n"
        for name, board in _evaluated(facts).items()
    }


def boards(facts: Facts) -> Iterator[BoardText]:
    """Yield the panels of each dashboard, for one or two servers as configured."""
    for build in BOARDS:
        found = _present(facts, build(facts))
        labels = present_labels(facts, found)
        absent = frozenset(found.variables) - {*labels}
        if absent:  # queries of alerts select by variables whose labels no series has
            found = _present(facts, build(replace(facts, absent=absent)))
        yield replace(found, variables=labels)


def _present(facts: Facts, found: BoardText) -> BoardText:
    """Return the board with the panels and queries that have a series."""
    present = {n: panel for n, panel in found.panels.items() if not _is_missing(facts, panel)}
    panels = {name: _without_missing(facts, panel) for name, panel in present.items()}
    if facts.settings.prometheus.longterm is None:
        panels = {name: _at_main(panel) for name, panel in panels.items()}
    left_out = (*found.missing, *(found.panels.keys() - panels.keys()))
    return replace(found, panels=panels, missing=left_out)


def _missing(facts: Facts) -> frozenset[str]:
    """Return the families that the application's road lacks, or that it does not use."""
    return facts.policy.missing | unused(facts.settings)


def _is_missing(facts: Facts, panel: Panel) -> bool:
    """Return whether a panel shows nothing but missing families.

    Of some of them no rule is written, so a query of theirs names a series that nothing records.
    """
    missing = _missing(facts)
    if not missing:
        return False
    if not panel.targets:
        return True  # a query each of what is left out
    found = {family.name for family in families(facts, panel)}
    queried = {name for target in panel.targets for name in names(target.expr)}
    recorded = {name for name in queried if ":" in name}
    return found <= missing and (bool(found) or not recorded <= facts.made.keys())


def _without_missing(facts: Facts, panel: Panel) -> Panel:
    """Return the panel without queries of missing families."""
    if not _missing(facts):
        return panel
    kept = [
        number
        for number, target in enumerate(panel.targets)
        if not _is_missing(facts, replace(panel, targets=(target,)))
    ]
    found = replace(panel, targets=tuple(panel.targets[number] for number in kept))
    return found if len(kept) == len(panel.targets) else _with_columns(found, panel, kept)


def _with_columns(found: Panel, whole: Panel, kept: list[int]) -> Panel:
    """Return a panel with the columns of the queries that it kept: names follow their order."""
    before = values(len(whole.targets))
    now = dict(zip((before[number] for number in kept), values(len(kept)), strict=True))
    columns = (
        replace(column, field=now.get(column.field, column.field))
        for column in whole.columns
        if column.field in now or column.field not in before
    )
    return replace(found, columns=tuple(columns))


def _at_main(panel: Panel) -> Panel:
    """Return the panel with all its queries at the only server."""
    return replace(panel, targets=tuple(replace(one, server=MAIN) for one in panel.targets))


def _evaluated(facts: Facts) -> dict[str, Body]:
    """Return the dashboards by name. Raises IonmonError where the Jsonnet fails."""
    found = {board.name: _catalog(facts, board) for board in boards(facts)}
    imports = (f"{name}: (import '{name}.jsonnet')(catalogs.{name}, policy)" for name in found)
    snippet = f"function(catalogs, policy) {{ {', '.join(imports)} }}"
    codes = {"catalogs": json.dumps(found), "policy": json.dumps(_policy(facts))}
    try:
        text = _jsonnet.evaluate_snippet(str(SOURCE / "boards"), snippet, tla_codes=codes)
    except RuntimeError as error:
        raise IonmonError(f"{SOURCE}: {error}") from error
    made: dict[str, Body] = json.loads(text)
    for board in boards(facts):
        _check_placed(board, made[board.name])
    return {name: made[name] for name in found}


def _check_placed(board: BoardText, body: Body) -> None:
    """Raise Incomplete for a panel that the board's Jsonnet shows in no row."""
    placed = {
        inner["id"] for panel in body["panels"] for inner in (panel, *panel.get("panels", ()))
    }
    for name, panel in board.panels.items():
        if panel.number not in placed:
            raise Incomplete(
                f"panel {name} of {board.name} has no place; "
                f"put it in a row of grafana/dashboards/{board.name}.jsonnet"
            )


def _catalog(facts: Facts, board: BoardText) -> Body:
    found = limits(facts.policy)
    return {
        "board": {
            "uid": board.board.value,
            "title": board.board.title,
            "description": f"{board.question} {_LATE}",
            "refresh": board.refresh,
            "from": board.past,
            "tags": [TAG],
        },
        "datasources": [source.body() for source in _queried(facts.settings, board)],
        "variables": variables(facts, board),
        "annotations": annotations(facts, board.board, BoardQueries(board.variables)),
        "others": [
            {"uid": each.value, "title": each.title} for each in Board if each is not board.board
        ],
        "missing": sorted(board.missing),
        "panels": {
            name: _roomy(panel, found).body(description(facts, board.board, panel))
            for name, panel in board.panels.items()
        },
    }


def _queried(settings: Settings, board: BoardText) -> Iterator[BoardDatasource]:
    """Yield the main datasource, and the other one if a panel of the board queries it."""
    used = {target.server for panel in board.panels.values() for target in panel.targets}
    yield from (one for one in datasources(settings) if one.variable in {MAIN, *used})


def _roomy(panel: Panel, found: Limits) -> Panel:
    """Return the panel with an axis that includes its limits, unless it has bounds of its own."""
    lower, upper = soft(found[panel.limits]) if panel.limits else (None, None)
    return replace(
        panel,
        soft=(
            lower if panel.minimum is None and panel.soft[0] is None else panel.soft[0],
            upper if panel.maximum is None and panel.soft[1] is None else panel.soft[1],
        ),
    )


def _policy(facts: Facts) -> Body:
    return {
        "limits": {n: [limit.body() for limit in of] for n, of in limits(facts.policy).items()},
        "regions": list(facts.settings.service.regions),
        "configured": configured.lines(facts.policy),
        "caches": [target.name for target in facts.settings.redis.targets],
    }
