"""ionmon application: shows what Redis has of an application, and takes something out."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from exporter.application.contents import Contents, Fields, FieldSelection, contents, labels
from exporter.application.reading import ApplicationReader
from exporter.application.state import ApplicationState, refusal
from exporter.commands.options import CONFIG, JSON, options
from exporter.commands.terminal import table
from exporter.errors import SettingsError
from exporter.json_output import json_document
from exporter.polling_targets import redis_targets
from exporter.recorder.layout import VERSION
from exporter.recorder.scripts import FORGET
from exporter.redis.client import Command, RedisTarget, Reply
from exporter.settings import Settings, load

TIMEOUT = 30.0
_PER_CALL = 5_000
HELP = """Show what Redis has of an application, and take something out.

\b
  ionmon application show --config monitoring.yaml
  ionmon application forget shop --family orders_total --config monitoring.yaml
  ionmon application forget shop --family orders_total --series kind=book,pay=card
"""


@click.group("application", help=HELP)
def command() -> None:
    """Collect the subcommands."""


@command.command("show")
@options(CONFIG)
@click.argument("application", required=False)
@JSON
def show(config: Path | None, application: str | None, *, as_json: bool) -> None:
    """Show the families in Redis, each version with its labels, bounds and size."""
    settings = load(config)
    name = application or settings.application.name
    found = contents(name, asyncio.run(_read(_target(settings), name)))
    click.echo(json_document("application show", asdict(found)) if as_json else text(found))


@command.command("forget")
@options(CONFIG)
@click.argument("application")
@click.option("--family", default="", metavar="NAME", help="Only this family.")
@click.option(
    "--series", default="", metavar="NAME=VALUE,…", help="Only series that have these labels."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
def forget(
    config: Path | None, application: str, family: str, series: str, *, yes: bool, as_json: bool
) -> None:
    """Take an application, a family or some series out of Redis and off /metrics.

    Instances that still count one of them begin it anew.
    """
    settings, selection = load(config), FieldSelection(family, labels(series))
    count = asyncio.run(_forget(_target(settings), application, selection, sure=yes))
    body = {"application": application, "deleted": count}
    done = json_document("application forget", body) if as_json else f"{count} fields are deleted"
    click.echo(done)


def text(found: Contents) -> str:
    """Return the contents as a table, and sums."""
    rows = [
        (
            row.exported,
            str(row.layout),
            row.type,
            ", ".join(row.labels),
            str(len(row.bounds) or ""),
            str(row.series),
            str(row.fields),
            row.left_out,
        )
        for row in found.schemas
    ]
    head = ("family", "layout", "type", "labels", "bounds", "series", "fields", "left out because")
    summary = (
        f"{found.application}: {found.instances} instances, {found.size:,} bytes, "
        f"{found.fields:,} fields of totals, {found.fields / found.limit:.0%} of {found.limit:,}."
    )
    return "\n".join((table(head, rows, right={4, 5, 6}), "", *found.notes, summary))


def _target(settings: Settings) -> RedisTarget:
    for target in redis_targets(settings.redis):
        if target.name == settings.application.redis:
            return replace(target, timeout=max(TIMEOUT, target.timeout))
    raise SettingsError("application.redis: names no Redis target; add it to the settings")


async def _read(target: RedisTarget, application: str) -> ApplicationState:
    reader = ApplicationReader(target, application, 0.0, None)
    try:
        return await reader.read(0.0)
    finally:
        await reader.close()


async def _forget(
    target: RedisTarget, application: str, selection: FieldSelection, *, sure: bool
) -> int:
    reader = ApplicationReader(target, application, 0.0, None)
    try:
        state = await reader.read(0.0)
        found = {layout.version: selection.fields(layout) for layout in state.layouts}
        number = sum(map(len, found.values()))
        if not number:
            raise SettingsError(f"{application}: Redis has nothing of that; see `application show`")
        question = f"Delete {number} fields of {application}? Their counts are lost"
        if not sure:
            await asyncio.to_thread(click.confirm, question, abort=True, err=True)
        if selection == FieldSelection():  # its active users, too: without regions none are counted
            await _sent(reader, ("DEL", reader.keys[VERSION].regions))
        return sum([await _delete(reader, version, fields) for version, fields in found.items()])
    finally:
        await reader.close()


async def _delete(reader: ApplicationReader, version: int, fields: Fields) -> int:
    keys, deleted = reader.keys[version], 0
    for part in _parts(fields):
        counted = [t for names in part for t in (str(len(names)), *names)]
        sent: Command = ("EVAL", FORGET, "4", keys.totals, keys.gauges, keys.families, keys.meta)
        deleted += int(str(await _sent(reader, (*sent, *counted))))
    return deleted


async def _sent(reader: ApplicationReader, sent: Command) -> Reply:
    (reply,) = await reader.send([sent])
    if isinstance(reply, Exception):
        raise refusal(reply)
    return reply


def _parts(fields: Fields) -> list[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Return fields in parts that do not block Redis for long; descriptions come last."""
    most = max(len(fields.totals), len(fields.gauges))
    values = [
        (fields.totals[at : at + _PER_CALL], fields.gauges[at : at + _PER_CALL], ())
        for at in range(0, most, _PER_CALL)
    ]
    return [*values, *([((), (), fields.families)] if fields.families else ())]
