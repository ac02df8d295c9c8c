"""Whether a server has in force what was written for it, and whether its rules work."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from generators.deploy.config_in_force import config_differences, config_hash
from generators.deploy.model import DeployedServer, RuleHealth, ServerKind, ServerState
from generators.deploy.rules_in_force import own_rules, rule_differences
from generators.monitoring_config import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBefore:
    """What a server had in force before a deploy, as digests, to be recognised after it."""

    config: str
    rules: str
    reloaded_at: float
    reload_ok: bool


def differences(
    server: DeployedServer, contents: Mapping[Path, bytes | None], found: ServerState
) -> Iterator[str]:
    """Yield what is in force otherwise than written; nothing where all is as it has to be."""
    if not found.reload_ok:
        yield "its last reload failed; its log has the reason"
    content = contents[server.config] if server.config is not None else None
    if server.config is not None and content is not None:
        yield from _config(server, server.config.name, content, found)
    if server.kind is ServerKind.PROMETHEUS:
        yield from rule_differences(server, contents, found.rules)


def _config(server: DeployedServer, name: str, content: bytes, found: ServerState) -> Iterator[str]:
    for text in config_differences(content, found.config):
        yield f"{name}: {text}"
    if server.kind is ServerKind.ALERTMANAGER and found.config_hash != config_hash(content):
        yield f"{name}: alertmanager_config_hash is not that of the file"


def before(found: ServerState) -> StateBefore:
    """Return what has to be the same again after a deploy that failed."""
    return StateBefore(
        config=digest(found.config),
        rules=digest(str(sorted(str(asdict(one.rule)) for one in found.rules))),
        reloaded_at=found.reloaded_at,
        reload_ok=found.reload_ok,
    )


def not_as_before(then: StateBefore, found: ServerState) -> Iterator[str]:
    """Yield what is not in force as it was before."""
    now = before(found)
    if now.config != then.config:
        yield "its configuration is not that of before"
    if now.rules != then.rules:
        yield "its rules are not those of before"
    if then.reload_ok and not now.reload_ok:
        yield "its last reload failed"


def failing(server: DeployedServer, found: ServerState) -> tuple[RuleHealth, ...]:
    """Return the deployed rules whose last evaluation failed."""
    return tuple(one for one in own_rules(server, found.rules) if one.health == "err")


def waiting(server: DeployedServer, found: ServerState) -> tuple[RuleHealth, ...]:
    """Return the deployed rules that were not evaluated yet."""
    return tuple(one for one in own_rules(server, found.rules) if one.health == "unknown")
