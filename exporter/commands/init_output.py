"""What `ionmon init` prints: what was found, what is wrong, what it costs, what to do next."""

from collections.abc import Iterable, Iterator, Sequence

from exporter.cloud_monitoring.estimate import Estimate
from exporter.commands import doctor
from exporter.commands.estimate_text import total_text
from exporter.commands.terminal import printable
from exporter.discovery.model import Discovery, FoundDatabase
from exporter.doctor.finding import Finding, Verdict

_FEW = 4


def found_text(found: Discovery) -> str:
    """Return what was found, a line for each kind."""
    return "\n".join(_found(found))


def _found(found: Discovery) -> Iterator[str]:
    yield f"Found in {_listed(found.called)}:"
    rows: Sequence[tuple[str, Iterable[str]]] = (
        ("services", (f"{one.name} ({', '.join(one.regions)})" for one in found.services)),
        ("databases", map(_database, found.databases)),
        ("caches", (f"{one.name} ({one.product}, {one.region})" for one in found.caches)),
        ("load balancers", found.balancers),
        ("more projects", found.others),
    )
    for what, names in rows:
        text = _listed(tuple(names))
        yield f"  {what.ljust(15)} {text or 'none'}"
    yield f"  {found.calls} calls were made, and {found.billed} series billed."
    yield from (f"  not read: {printable(fault)}" for fault in found.faults)
    if found.is_empty:
        yield (
            "Nothing had values within a day. Is it the right project (gcloud projects list)? The "
            "file is written for it all the same."
        )


def _database(one: FoundDatabase) -> str:
    return f"{one.database} ({one.region}{', replica' if one.is_replica else ''})"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return printable(", ".join(names[:_FEW])) + more


def findings_text(findings: Sequence[Finding], *, quiet: bool) -> str:
    """Return the findings; quietly, those alone that are to be fixed, or nothing."""
    shown = [one for one in findings if one.verdict in (Verdict.FAIL, Verdict.WARN)]
    if quiet and not shown:
        return ""
    return doctor.text(shown if quiet else findings, everything=False) + "\n"


def next_text(cost: Estimate, commands: Sequence[tuple[str, str]]) -> str:
    """Return what a month costs, and the commands to type next."""
    width = max(len(words) for words, _ in commands)
    steps = (f"  {words.ljust(width)}    # {what}" for words, what in commands)
    return "\n".join(("", total_text(cost), "", "Next:", *steps))
