"""What is wrong now comes first, also on a phone.

On a narrow screen Grafana puts one panel below the other, by y and then by x: six figures before a
table are a screen and a half to scroll.
"""

from collections.abc import Iterator, Sequence

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile, TargetInFile
from generators.promql_tree.tree import (
    MatcherNode,
    Node,
    Selector,
    Subquery,
    Unparsable,
    parse,
    paths,
)

RULE = "order"
_LIST, _FIGURE = "table", "stat"
_FIRING = MatcherNode("alertstate", "=", "firing")
_Shown = tuple[PanelInFile, bool]  # a panel, and whether a collapsed row hides it


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what stands before the list of alerts that fire; without a list, before their figure.

    Figures may stand before a figure: they are small, and one line of them is seen at once.
    """
    shown = [*_shown(board.board.panels)]
    for kind, allowed in ((_LIST, frozenset[str]()), (_FIGURE, frozenset({_FIGURE}))):
        at = next((i for i, (panel, _) in enumerate(shown) if _is_now(panel, kind)), None)
        if at is not None:
            yield from _late(board, shown[: at + 1], allowed)
            return


def _shown(panels: Sequence[PanelInFile]) -> Iterator[_Shown]:
    """Yield the panels as a phone shows them, those of a collapsed row in its place."""
    for panel in sorted(panels, key=lambda each: (each.grid_pos.y, each.grid_pos.x)):
        if panel.type == "row":
            yield from ((hidden, True) for hidden, _ in _shown(panel.panels))
        else:
            yield panel, False


def _late(board: DashboardFile, shown: list[_Shown], allowed: frozenset[str]) -> Iterator[Problem]:
    *before, (panel, hidden) = shown
    if hidden:
        yield board.of(panel, RULE, "shows alerts that fire, in a collapsed row; open the row")
    first = next((each for each, _ in before if each.type not in allowed), None)
    if first is not None:
        yield board.of(
            panel,
            RULE,
            f"shows alerts that fire, and comes after “{first.title}”, on a phone far below it; "
            "give it a smaller y, or the same y and a smaller x",
        )


def _is_now(panel: PanelInFile, kind: str) -> bool:
    return panel.type == kind and any(map(_reads_now, panel.targets))


def _reads_now(target: TargetInFile) -> bool:
    """Return whether a query of one moment reads alerts that fire at that moment."""
    try:
        tree = parse(target.expr, variables=True)
    except Unparsable:
        return False  # reported by the check of syntax
    return target.instant and any(_is_present(node, above) for node, above in paths(tree))


def _is_present(node: Node, above: tuple[Node, ...]) -> bool:
    return (
        isinstance(node, Selector)
        and node.name == "ALERTS"
        and _FIRING in node.matchers
        and node.window is None
        and not node.offset
        and not any(isinstance(each, Subquery) for each in above)
    )
