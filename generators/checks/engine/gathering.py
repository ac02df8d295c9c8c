"""From the files of a project, or a user's own, to what checks read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exporter.errors import IonmonError
from exporter.settings import Settings
from exporter.settings.types import seconds
from generators.checks.engine.context import Context, Server
from generators.checks.engine.dashboard_file import parsed
from generators.checks.engine.exposition import with_exposition
from generators.checks.engine.known_series import known
from generators.checks.engine.problem import Text
from generators.checks.engine.rule_files import query, rules
from generators.checks.engine.rule_series import with_rules
from generators.checks.engine.yaml_file import YamlFile, get, items, read, scalar
from generators.output_folders import DASHBOARDS, SERVERS
from generators.rules.longterm import KEPT

_RETENTION = re.compile(r"--storage\.tsdb\.retention\.time=(\w+)")
_NAME = re.compile(r"[a-zA-Z_]\w*(?::\w+)+")


@dataclass(frozen=True, slots=True)
class Loading:
    """A Prometheus and the rule files that it loads."""

    server: Server
    files: frozenset[Path]


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check: rule files, or all below a root; `page` is the source of a real exposition."""

    root: Path
    settings: Settings
    files: tuple[Path, ...] = ()
    page: str | None = None


def gather(request: CheckRequest) -> Context:
    """Return what checks read. Raises IonmonError for no rules or an unreadable file."""
    servers = list(_servers(request.root))
    own, requested = rule_paths(request.root), [(path, str(path)) for path in request.files]
    configs = config_paths(request.root)
    checked = {shown: read(path, shown) for path, shown in requested or (*own, *configs)}
    if not checked:
        raise IonmonError(
            f"{request.root / SERVERS}: there are no rules; write them: "
            "ionmon configs --config monitoring.yaml"
        )
    resolved = {path.resolve() for path, _ in requested}
    others = [(path, shown) for path, shown in own if requested and path.resolve() not in resolved]
    every = [
        rule
        for path, shown in (*others, *(requested or own))
        for rule in rules(checked.get(shown) or read(path, shown), _server(path, servers))
    ]
    found = tuple(rule for rule in every if rule.name.path in checked)
    base = known(request.settings)
    if request.page is not None:
        base = with_exposition(base, request.page)
    return Context(
        root=request.root,
        settings=request.settings,
        documents=checked,
        rules=found,
        queries=tuple(rule.query for rule in found),
        known=with_rules(base, every),
        uses=None if requested else _uses(request.root, checked.values()),
    )


def with_queries(context: Context, texts: Iterable[Text], server: Server) -> Context:
    """Return what checks read for expressions from elsewhere, such as dashboards' queries."""
    queries = tuple(query(text, server, variables=True) for text in texts)
    return replace(context, documents={}, rules=(), queries=queries, uses=None)


def rule_paths(root: Path) -> list[tuple[Path, str]]:
    """Return the generated rule files, each with the path under which it is shown."""
    return servers_files(root, "rules/*.yml") + servers_files(root, "rules/*.yaml")


def config_paths(root: Path) -> list[tuple[Path, str]]:
    """Return the generated configurations of Prometheus, then that of Alertmanager."""
    return servers_files(root, "prometheus*.yml") + servers_files(root, "alertmanager.yml")


def servers_files(root: Path, pattern: str) -> list[tuple[Path, str]]:
    """Return what the servers load below a root, each with the path under which it is shown."""
    found = sorted((root / SERVERS).glob(pattern))
    return [(path, path.relative_to(root).as_posix()) for path in found]


def _servers(root: Path) -> Iterator[Loading]:
    """Yield each Prometheus that has a configuration, with the rule files that it loads."""
    for path, shown in servers_files(root, "prometheus*.yml"):
        document = read(path, shown)
        loaded = [scalar(item) for item in items(get(document.root, "rule_files"))]
        found = {file.resolve() for text in loaded if text for file in path.parent.glob(text)}
        yield Loading(_server_of(document), frozenset(found))


def _server_of(document: YamlFile) -> Server:
    kept = _RETENTION.search(document.source)
    usual = Server()
    return Server(
        _seconds(
            scalar(get(get(document.root, "global"), "scrape_interval")), usual.scrape_interval
        ),
        _seconds("" if kept is None else kept[1], usual.retention),
    )


def _seconds(text: str, usual: float) -> float:
    try:
        return seconds(text) or usual
    except ValueError:
        return usual


def _server(path: Path, servers: Sequence[Loading]) -> Server:
    """Return the server that loads a file, of two the one that keeps less; else the longest."""
    loading = [found.server for found in servers if path.resolve() in found.files]
    if loading:
        return min(loading, key=lambda server: server.retention)
    return max((s.server for s in servers), key=lambda s: s.retention, default=Server())


def _uses(root: Path, configs: Iterable[YamlFile]) -> tuple[re.Pattern[str], ...] | None:
    """Return what dashboards and remote write use; None where there are no dashboards yet."""
    boards = sorted((root / DASHBOARDS).glob("*.json"))
    if not boards:
        return None
    bodies = (
        parsed(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()).body
        for path in boards
    )
    texts = [text for body in bodies for text in _expressions(body)]
    found = {re.escape(name) for text in texts for name in _NAME.findall(text)}
    found.update(regex for document in configs for regex in _remote(document))
    found.add(KEPT)  # by the second server, or by the one that keeps everything
    return tuple(re.compile(regex) for regex in sorted(found))


def _expressions(node: object) -> Iterator[str]:
    """Yield every text of a dashboard."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _expressions(value)
    elif isinstance(node, Sequence):
        for value in node:
            yield from _expressions(value)


def _remote(document: YamlFile) -> Iterator[str]:
    """Yield the regular expressions of names that are kept on their way to another server."""
    for remote in items(get(document.root, "remote_write")):
        for relabel in items(get(remote, "write_relabel_configs")):
            names = [scalar(item) for item in items(get(relabel, "source_labels"))]
            if names == ["__name__"] and scalar(get(relabel, "action")) == "keep":
                yield scalar(get(relabel, "regex"))
