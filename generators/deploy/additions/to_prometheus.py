"""What somebody's own prometheus.yml lacks of the generated one."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from exporter.settings.types import seconds
from generators.deploy.additions.model import Additions, Insertion
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB

Body = Mapping[str, Any]
_NAMED_BY_RULES = (EXPORTER_JOB, BRIDGE_JOB)
_DEFAULT_INTERVAL = "1m"  # of Prometheus itself
_DEFAULT_TIMEOUT = "10s"


def prometheus_additions(file: Path, existing: Body, generated: Body) -> Additions:
    """Return what to add to a file, so that it does what the generated one does."""
    every = (
        _labels(existing, generated),
        _rule_files(file, existing, generated),
        _alerting(existing, generated),
        _jobs(existing, generated),
        _remote(existing, generated),
    )
    return Additions(
        insertions=tuple(one for part in every for one in part.insertions),
        conflicts=tuple(one for part in every for one in part.conflicts),
        notes=tuple(one for part in every for one in part.notes),
    )


def _labels(existing: Body, generated: Body) -> Additions:
    path = ("global", "external_labels")
    mine, its = (((b.get("global") or {}).get(path[1]) or {}) for b in (generated, existing))
    conflicts = tuple(
        f"{'.'.join(path)}.{name} is '{its[name]}', and has to be '{value}'"
        for name, value in mine.items()
        if name in its and its[name] != value
    )
    more = tuple(Insertion((*path, n), value) for n, value in mine.items() if n not in its)
    return Additions(more, conflicts)


def _rule_files(file: Path, existing: Body, generated: Body) -> Additions:
    patterns = [str(file.parent / one) for one in existing.get("rule_files") or ()]
    more = [
        one
        for one in generated["rule_files"]
        if not any(fnmatch(str(file.parent / one), pattern) for pattern in patterns)
    ]
    return Additions((Insertion(("rule_files",), more),) if more else ())


def _alerting(existing: Body, generated: Body) -> Additions:
    mine, its = ((b.get("alerting") or {}) for b in (generated, existing))
    known = {t for one in its.get("alertmanagers") or () for t in _targets(one)}
    more = [
        one
        for one in mine["alertmanagers"]
        if not {_local(t) for t in _targets(one)} <= _locals(known)
    ]
    found = [Insertion(("alerting", "alertmanagers"), more)] if more else []
    relabel = [
        one
        for one in mine.get("alert_relabel_configs") or ()
        if one not in (its.get("alert_relabel_configs") or ())
    ]
    if relabel:
        found.append(Insertion(("alerting", "alert_relabel_configs"), relabel))
    return Additions(tuple(found))


def _jobs(existing: Body, generated: Body) -> Additions:
    known = {one["job_name"]: one for one in existing.get("scrape_configs") or ()}
    more: list[Body] = []
    conflicts: list[str] = []
    for job in generated["scrape_configs"]:
        name, targets = job["job_name"], _locals(_targets(job))
        if name in known:
            missing = sorted(targets - _locals(_targets(known[name])))
            conflicts += [
                f"scrape_configs: the job '{name}' has to scrape {t}, too" for t in missing
            ]
        elif name in _NAMED_BY_RULES or not targets <= _every_target(known.values()):
            more.append({**job, **_paced(existing, generated)})
    return Additions((Insertion(("scrape_configs",), more),) if more else (), tuple(conflicts))


def _paced(existing: Body, generated: Body) -> Body:
    """Return the interval of a job where the file's own is another."""
    at = existing.get("global") or {}
    interval = generated["global"].get("scrape_interval", _DEFAULT_INTERVAL)
    found: dict[str, Any] = {}
    if seconds(at.get("scrape_interval", _DEFAULT_INTERVAL)) != seconds(interval):
        found["scrape_interval"] = interval
    if seconds(at.get("scrape_timeout", _DEFAULT_TIMEOUT)) > seconds(interval):
        found["scrape_timeout"] = interval
    return found


def _remote(existing: Body, generated: Body) -> Additions:
    known = list(existing.get("remote_write") or ())
    more: list[Body] = []
    conflicts: list[str] = []
    for one in generated.get("remote_write") or ():
        same = next((o for o in known if o.get("name") == one["name"] or _same_url(o, one)), None)
        if same is None:
            more.append(one)
        elif same.get("write_relabel_configs") != one["write_relabel_configs"] or not _same_url(
            same, one
        ):
            conflicts.append(
                f"remote_write: '{same.get('name') or same['url']}' sends other series, or "
                "elsewhere; replace it by that of the generated file"
            )
    return Additions((Insertion(("remote_write",), more),) if more else (), tuple(conflicts))


def _same_url(one: Body, other: Body) -> bool:
    return bool(_local(one["url"]) == _local(other["url"]))


def _targets(one: Body) -> Iterator[str]:
    for config in one.get("static_configs") or ():
        yield from config.get("targets") or ()


def _every_target(jobs: Sequence[Body] | Any) -> frozenset[str]:  # noqa: ANN401 - a view of a dict
    return _locals(target for job in jobs for target in _targets(job))


def _locals(targets: Any) -> frozenset[str]:  # noqa: ANN401 - any iterable of texts
    return frozenset(map(_local, targets))


def _local(address: str) -> str:
    return address.replace("localhost", "127.0.0.1")
