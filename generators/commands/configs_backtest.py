"""What `ionmon configs --backtest` adds: how often alerts would have fired in the past."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from exporter.commands.terminal import progress
from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.commands.past import Past, history_address
from generators.commands.reading import ReadHistory, recent_history
from generators.monitoring_config import CONFIG_FILE
from generators.rules.model import Alerting
from generators.tuning import rule_replay
from generators.tuning.change_wording import line, markdown
from generators.tuning.changed_alerts import ReplayRequest, changed_alerts, replayed_changes
from generators.tuning.grouping import usual
from generators.tuning.incident_file import incidents_of
from generators.tuning.judging import judging, policy_alerts


def firings(settings: Settings, past: Past) -> Counter[str]:
    """Return how often each alert, by its name, would have fired. Raises IonmonError."""
    rules, counted = policy_alerts(settings), Counter[str]()
    found = _read(settings, past, rules)
    for rule in rules:
        counted[rule.alert] += len(rule_replay.replayed(rule, found.answers, found.grid))
    return counted


def lines(root: Path, settings: Settings, past: Past, *, as_markdown: bool) -> Iterator[str]:
    """Yield what every changed number would have done. Raises IonmonError."""
    old = _old(root)
    known = () if past.incidents is None else incidents_of(past.incidents)
    changed = changed_alerts(old, settings)
    if not changed:
        yield "no alert has another number: nothing to replay"
        return
    every = (*policy_alerts(settings), *(rule for one in changed for rule in one.rules))
    found = _read(settings, past, every)
    request = ReplayRequest(
        answers=found.answers,
        grid=found.grid,
        judging=judging(policy_alerts(settings), found.answers, found.grid, known),
        grouping=usual(settings),
        zone=ZoneInfo("UTC"),
    )
    replayed = tuple(replayed_changes(changed, request))
    if as_markdown:
        yield markdown(replayed, past.days)
    else:
        yield from (line(one, past.days) for one in replayed)


def _read(settings: Settings, past: Past, rules: Sequence[Alerting]) -> ReadHistory:
    texts = tuple(dict.fromkeys(text for rule in rules for text in rule_replay.expressions(rule)))
    with progress("reading history", 1.0, shown=not past.quiet) as bar:
        return recent_history(history_address(settings, past.url), past.seconds, texts, bar)


def _old(root: Path) -> Settings:
    """Return the settings by which the files below a root were written. Raises IonmonError."""
    path = root / CONFIG_FILE
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Settings.model_validate(body["settings"])
    except OSError as error:
        raise IonmonError(
            f"{path}: {error.strerror}; --diff --backtest compares with what was written before"
        ) from error
    except (ValueError, KeyError, TypeError, ValidationError):
        text = f"{path}: its settings are of another version; write the files once, without --diff"
    # Raised out here: pydantic's error contains the values.
    raise IonmonError(text)
