"""Whether alertmanager.yml and its templates suit these alerts; amtool routes and renders."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from shutil import which

from generators.alertmanager.build import CONFIG, SECRETS, TEMPLATES
from generators.alertmanager.proof import problems
from generators.alertmanager.rendering import unrendered
from generators.alertmanager.route_cases import route_cases, wrong_routes
from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.checks.tool_runs import ToolRun
from generators.rules.build import build
from generators.rules.model import Alerting, alerts

CHECK = "routes"


def check(request: CheckRequest) -> Iterator[Problem]:
    """Yield what is wrong with the files below the root; nothing where they do not exist."""
    if not _is_checked(request):
        return
    version = request.settings.alertmanager.version
    for text in problems(_texts(request.root), _alerts(request), version):
        yield Problem(CONFIG, 1, CHECK, text)


def runs(request: CheckRequest) -> Iterator[ToolRun]:
    """Yield the runs of amtool: where each alert goes, what each template becomes."""
    if not _is_checked(request) or which("amtool") is None:
        return
    config, cases = request.root / CONFIG, route_cases(request.settings, _alerts(request))
    for case in cases:
        yield _run(f"amtool routes {case.name}", partial(wrong_routes, config, [case]))
    yield _run("amtool renders templates", partial(unrendered, request.root))


def _run(what: str, texts: Callable[[], list[str]]) -> ToolRun:
    def found() -> Iterator[Problem]:
        for text in texts():
            yield Problem(CONFIG, 1, CHECK, text)

    return ToolRun(what, 0, found)


def _is_checked(request: CheckRequest) -> bool:
    return not request.files and (request.root / CONFIG).exists()


def _alerts(request: CheckRequest) -> tuple[Alerting, ...]:
    return tuple(alerts(build(request.settings).all))


def _texts(root: Path) -> dict[str, str]:
    paths = [root / CONFIG, root / SECRETS, *sorted((root / TEMPLATES).glob("*.tmpl"))]
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.exists()
    }
