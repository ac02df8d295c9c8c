"""What ionmon drill prints: whom it reaches, what came of it, and the same as JSON."""

from exporter.commands.terminal import table
from exporter.drill.judging import DrillResult
from exporter.drill.plan import DrillAlert, DrillPlan
from exporter.drill.reached import DrilledChannel
from exporter.drill.run import DrilledOutcome, DrillReport
from exporter.json_output import json_document
from exporter.settings.types import duration

_PLAN = ("severity", "team", "receiver", "by", "to", "first after", "")
_REPORT = ("severity", "team", "receiver", "by", "to", "result", "after", "end follows", "why")


def plan_text(plan: DrillPlan) -> str:
    """Return whom a drill reaches, as a table."""
    rows = [(*_where(alert, each), _wait(each), _held(each)) for alert, each in _reached(plan)]
    return "\n".join((table(_PLAN, rows), *_unreached(plan)))


def _unreached(plan: DrillPlan) -> list[str]:
    return [_nobody(alert) for alert in plan.alerts if not alert.channels]


def _reached(plan: DrillPlan) -> list[tuple[DrillAlert, DrilledChannel]]:
    return [(alert, channel) for alert in plan.alerts for channel in alert.channels]


def _where(alert: DrillAlert, channel: DrilledChannel) -> tuple[str, ...]:
    return alert.severity, alert.team, channel.receiver, channel.integration, channel.target


def _wait(channel: DrilledChannel) -> str:
    return duration(channel.group_wait)


def _held(channel: DrilledChannel) -> str:
    return f"{channel.muted_by} mutes it now" if channel.muted_by else ""


def _nobody(alert: DrillAlert) -> str:
    return f"{alert.name}: {alert.unknown or 'its receivers notify nobody'}"


def report_text(report: DrillReport) -> str:
    """Return what came of a drill: a table, whom nobody reaches, what goes on, and faults."""
    rows = [_row(each) for each in report.outcomes]
    nobody = map(_nobody, report.nobody)
    ended = "" if report.alive else "Every alert of the drill has ended."
    alive = [f"not ended, it ends by itself within 5 minutes: {each}" for each in report.alive]
    lines = [table(_REPORT, rows), *nobody, "", ended or "\n".join(alive), *report.faults]
    return "\n".join(lines)


def _row(each: DrilledOutcome) -> tuple[str, ...]:
    seconds = each.outcome.seconds
    return (
        *_where(each.alert, each.channel),
        each.outcome.result.upper() if _is_bad(each) else each.outcome.result,
        "" if seconds is None else f"{seconds:.1f} s",
        _end(each),
        each.outcome.why,
    )


def _is_bad(each: DrilledOutcome) -> bool:
    return each.outcome.result in (DrillResult.FAILED, DrillResult.NOTHING)


def _end(each: DrilledOutcome) -> str:
    """Return within which time the channel is notified of the end, as its group_interval says."""
    if each.outcome.result is not DrillResult.TOOK:
        return ""
    if each.channel.is_sentry or not each.channel.tells_end:
        return "no"
    return f"within {duration(each.channel.group_interval)}"


def plan_json(plan: DrillPlan) -> str:
    """Return whom a drill reaches as JSON."""
    channels = [{**_plain(alert, each), "held_back": _held(each)} for alert, each in _reached(plan)]
    whole = {"drill": plan.id, "channels": channels, "nobody": _unreached(plan)}
    return json_document("drill --dry-run", whole)


def report_json(report: DrillReport) -> str:
    """Return what came of a drill as JSON; times are Unix seconds."""
    channels = [
        {
            **_plain(each.alert, each.channel),
            "result": each.outcome.result,
            "seconds": None if each.outcome.seconds is None else round(each.outcome.seconds, 3),
            "why": each.outcome.why,
        }
        for each in report.outcomes
    ]
    whole = {
        "drill": report.drill,
        "began": report.began,
        "good": report.is_good,
        "stopped": report.stopped,
        "channels": channels,
        "nobody": [_nobody(alert) for alert in report.nobody],
        "not_ended": report.alive,
        "faults": report.faults,
    }
    return json_document("drill", whole)


def _plain(alert: DrillAlert, channel: DrilledChannel) -> dict[str, object]:
    names = ("severity", "team", "receiver", "integration", "target")
    seconds = {"group_wait": channel.group_wait, "group_interval": channel.group_interval}
    return {**dict(zip(names, _where(alert, channel), strict=True)), **seconds}
