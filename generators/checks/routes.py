"""Whether alertmanager.yml and its templates suit these alerts; amtool routes and renders."""

from collections.abc import Iterator
from pathlib import Path

from exporter.errors import ToolMissing
from generators.alertmanager.build import CONFIG, SECRETS, TEMPLATES
from generators.alertmanager.proof import problems
from generators.alertmanager.rendering import unrendered
from generators.alertmanager.route_cases import route_cases, wrong_routes
from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.rules.build import build
from generators.rules.model import alerts

CHECK = "routes"


def check(request: CheckRequest, *, offline: bool) -> Iterator[Problem]:
    """Yield what is wrong with the files below the root; nothing where they do not exist."""
    if request.files or not (request.root / CONFIG).exists():
        return
    expected = tuple(alerts(build(request.settings).all))
    for text in problems(_texts(request.root), expected):
        yield Problem(CONFIG, 1, CHECK, text)
    if offline:
        return
    try:
        wrong = wrong_routes(request.root / CONFIG, route_cases(request.settings, expected))
        wrong += unrendered(request.root)
    except ToolMissing:
        return  # reported by the run of amtool check-config
    for text in wrong:
        yield Problem(CONFIG, 1, CHECK, text)


def _texts(root: Path) -> dict[str, str]:
    paths = [root / CONFIG, root / SECRETS, *sorted((root / TEMPLATES).glob("*.tmpl"))]
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.exists()
    }
