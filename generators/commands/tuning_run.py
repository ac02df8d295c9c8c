"""What `ionmon tune` does: reads history, tunes, prints, draws and applies."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np

from exporter.commands.terminal import Bar, progress, table
from exporter.errors import IonmonError, SettingsError
from exporter.settings import Settings, config_file, load
from generators.commands.past import history_address
from generators.commands.reading import (
    MINUTE,
    ReadHistory,
    recent_history,
    require_values,
)
from generators.commands.tune_options import TuneOptions
from generators.report import chromium
from generators.tuning import applying, recommendations, wording
from generators.tuning.alert_plots import histories
from generators.tuning.budgets import pages_per_week, share_of_days
from generators.tuning.choosing import by_budget, by_share, by_sigmas, share_text, together
from generators.tuning.grouping import usual
from generators.tuning.history_file import HistoryFile, SavedAnswer, save
from generators.tuning.incident_file import incidents_of
from generators.tuning.incidents import Incident
from generators.tuning.judging import policy_alerts
from generators.tuning.notified_incidents import notified_incidents
from generators.tuning.plot_page import page
from generators.tuning.tuned import Chooser, Tuning, TuningRequest, expressions, tuned

WEEK = 7 * 86400
_PAGES = "1"
_PLOT_WIDTH = 1100


# A history may hold infinite values, and such that cannot be squared: what follows from a variance
# is not known then, and ranks do without. Nobody who tunes needs numpy's warnings.
@np.errstate(over="ignore", invalid="ignore")
def run(options: TuneOptions) -> None:
    """Tune as the options say. Raises IonmonError."""
    if options.budget and options.pages:
        raise click.UsageError("--budget and --pages-per-week are two ways to say one thing")
    settings = load(options.config)
    rules = policy_alerts(settings)
    budget = _budget(options)
    with progress("reading history", 1.0, shown=not options.quiet) as bar:
        found = _history(options, settings, expressions(rules), bar)
        request = TuningRequest(
            rules=rules,
            answers=found.answers,
            grid=found.grid,
            zone=_zone(options.timezone),
            incidents=_known(options),
            chooser=_chooser(options, budget),
            budget=budget,
            grouping=usual(settings),
        )
        tuning = tuned(request, lambda share, what: _show(bar, share, what))
    inputs = recommendations.inputs_hash(settings.digest, found.answers, request.incidents)
    text = recommendations.document(tuning, _how(options, inputs), budget)
    _write(options.out, text)
    about = wording.summary(tuning, _requested(options, budget))
    _print(options, tuning, text, about)
    if options.plots:
        for path in _draw(options.plots, tuning, about, png=options.png):
            if not options.quiet:
                click.echo(f"wrote {path}", err=True)
    if options.apply:
        _apply(options, tuning)


def _history(
    options: TuneOptions, settings: Settings, texts: Sequence[str], bar: Bar
) -> ReadHistory:
    """Return what was read, from a file or a server."""
    if options.history is not None:
        file = HistoryFile(options.history)
        grids = {saved.grid for saved in file.answers.values()}
        if not grids:
            raise IonmonError(f"{options.history}: has no series")
        grid = max(grids, key=lambda one: one.end)
        if grid.step != MINUTE or grid.count < 2:  # noqa: PLR2004 - two make a span of time
            raise IonmonError(
                f"{options.history}: its series have {grid.count} values, {grid.step} s apart; "
                "tuning needs a value a minute, for days, as --save-history writes them"
            )
        answers = {text: file.series(text, grid) for text in texts}
        require_values(answers, str(options.history))
        return ReadHistory(grid, answers)
    url = history_address(settings, options.url)
    found = recent_history(url, options.weeks * WEEK, texts, bar)
    if options.save_history is not None:
        saved = {text: SavedAnswer(found.grid, found.answers[text]) for text in texts}
        save(options.save_history, saved)
    return found


def _show(bar: Bar, share: float, what: str) -> None:
    bar.show(what)
    bar.reach(share)


def _budget(options: TuneOptions) -> Fraction:
    try:
        if options.budget:
            return share_of_days(options.budget)
        return pages_per_week(options.pages or _PAGES)
    except IonmonError as error:
        raise click.UsageError(str(error)) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.BadParameter(
            f"{name!r} is no time zone; write it like Europe/Berlin"
        ) from error


def _known(options: TuneOptions) -> tuple[Incident, ...]:
    written = incidents_of(options.incidents) if options.incidents else ()
    return (*written, *(notified_incidents(options.notified) if options.notified else ()))


def _chooser(options: TuneOptions, budget: Fraction) -> Chooser:
    if options.method == "sigma":
        return lambda _: by_sigmas
    if options.method == "quantile":
        return lambda _: by_share
    if options.budget:
        return lambda _: by_budget(budget)
    return lambda found: together(found, budget)


def _how(options: TuneOptions, inputs: str) -> dict[str, str]:
    """Return what the numbers follow from, besides the history."""
    requested = (
        {"budget": options.budget}
        if options.budget
        else {"pages_per_week": options.pages or _PAGES}
    )
    return {"inputs": inputs, "method": options.method, **requested, "time_zone": options.timezone}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise IonmonError(f"{path}: cannot be written: {error.strerror}") from error


def _requested(options: TuneOptions, budget: Fraction) -> str:
    if options.method != "levels":
        return ""
    if options.budget:
        return f"Asked for: each alert on at most {share_text(budget)} of such days."
    return f"Asked for: any alert on at most {share_text(budget)} of such days."


def _print(options: TuneOptions, tuning: Tuning, text: str, about: str) -> None:
    if options.as_json:
        click.echo(text, nl=False)
        return
    click.echo(f"{about}\n")
    click.echo(table(wording.HEAD, wording.rows(tuning)))
    for line in wording.remarks(tuning):
        click.echo(line)
    click.echo()
    if not options.quiet:
        click.echo(f"wrote {options.out}", err=True)


def _draw(folder: Path, tuning: Tuning, about: str, *, png: bool) -> Iterator[Path]:
    """Write the page, and its picture; yield each once it is there."""
    drawn = [*histories(tuning)]
    path = folder / "thresholds.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IonmonError(f"{folder}: cannot be made: {error.strerror}") from error
    _write(path, page(drawn, about))
    yield path
    if png:
        picture = path.with_suffix(".png")
        chromium.picture(path, picture, _PLOT_WIDTH, 160 + 420 * len(drawn))
        yield picture


def _apply(options: TuneOptions, tuning: Tuning) -> None:
    path = options.config or config_file()
    if path is None:
        raise SettingsError("--apply: no settings file is given, by --config or IONMON_CONFIG")
    allowed = applying.Allowed(lost=options.allow_lost, provisional=options.provisional)
    held = applying.not_applied(tuning, allowed)
    for each in held:
        click.echo(f"{each.alert.candidate.rule.title}: not applied: {each.why}", err=True)
    apart = {each.alert.candidate.rule.title for each in held}
    proposed = (one for one in tuning.alerts if one.proposed is not None)
    chosen = [one for one in proposed if one.candidate.rule.title not in apart]
    changes = [*applying.edits(chosen, tuning.alerts)]
    if not changes:
        click.echo(f"{path} stays as it is: no number is to be changed", err=True)
        return
    applying.apply(path, changes)
    for edit in changes:
        click.echo(f"{'.'.join(edit.path)}: {edit.value}", err=options.as_json)
    click.echo(
        f"wrote {path}; see what it changes: ionmon configs --config {path} --diff", err=True
    )
