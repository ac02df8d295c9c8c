"""What a server has in force, as its API and its metrics say."""

from collections.abc import Iterator, Mapping
from typing import Any

from generators.deploy.asking import LIFECYCLE, ReloadRefused, ServerAway, answered, metrics
from generators.deploy.model import (
    DeployedServer,
    LoadedRule,
    RuleHealth,
    ServerKind,
    ServerState,
)

_RELOAD_OK = "config_last_reload_successful"
_RELOADED_AT = "config_last_reload_success_timestamp_seconds"


def state(server: DeployedServer, end: float | None = None) -> ServerState:
    """Return what a server has in force, as it says until a time. Raises ServerAway."""
    try:
        return _READERS[server.kind](server, end)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        kind = server.kind.value.capitalize()
        text = f"{server.url} does not answer as {kind} does: {error!r:.200}; correct its url"
        raise ServerAway(text) from error


def last_reload(server: DeployedServer, end: float | None = None) -> tuple[float, bool]:
    """Return when a server last took files, and whether its last reload succeeded."""
    return _last_reload(server, metrics(server, end))


def check_lifecycle(server: DeployedServer, end: float | None = None) -> None:
    """Raise ReloadRefused for a server that can be asked for no reload, before it is needed."""
    if server.reload_command or server.kind is ServerKind.ALERTMANAGER:
        return
    flags = answered(server, "/api/v1/status/flags", end)["data"]
    if flags.get("web.enable-lifecycle") != "true":
        raise ReloadRefused(f"{server.url}: {LIFECYCLE}")


def _last_reload(server: DeployedServer, own: Mapping[str, float]) -> tuple[float, bool]:
    name = server.kind.value
    if f"{name}_{_RELOADED_AT}" not in own:
        kind = name.capitalize()
        raise ServerAway(f"{server.url} has no metrics of {kind}; correct its url")
    return own[f"{name}_{_RELOADED_AT}"], own.get(f"{name}_{_RELOAD_OK}") == 1


def _prometheus(server: DeployedServer, end: float | None) -> ServerState:
    reloaded_at, ok = last_reload(server, end)
    config = answered(server, "/api/v1/status/config", end)
    rules = answered(server, "/api/v1/rules", end)
    return ServerState(
        config=config["data"]["yaml"],
        rules=tuple(_rules(rules["data"]["groups"])),
        reloaded_at=reloaded_at,
        reload_ok=ok,
    )


def _alertmanager(server: DeployedServer, end: float | None) -> ServerState:
    own = metrics(server, end)
    reloaded_at, ok = _last_reload(server, own)
    return ServerState(
        config=answered(server, "/api/v2/status", end)["config"]["original"],
        config_hash=own["alertmanager_config_hash"],
        reloaded_at=reloaded_at,
        reload_ok=ok,
    )


_READERS = {ServerKind.PROMETHEUS: _prometheus, ServerKind.ALERTMANAGER: _alertmanager}


def _rules(groups: list[Mapping[str, Any]]) -> Iterator[RuleHealth]:
    for group in groups:
        for rule in group["rules"]:
            yield RuleHealth(_rule(group, rule), rule["health"], rule.get("lastError", ""))


def _rule(group: Mapping[str, Any], rule: Mapping[str, Any]) -> LoadedRule:
    return LoadedRule(
        file=group["file"],
        group=group["name"],
        name=rule["name"],
        query=rule["query"],
        alerting=rule["type"] == "alerting",
        for_=float(rule.get("duration", 0)),
        keep_firing_for=float(rule.get("keepFiringFor", 0)),
        labels=tuple(sorted((rule.get("labels") or {}).items())),
        annotations=tuple(sorted((rule.get("annotations") or {}).items())),
    )
