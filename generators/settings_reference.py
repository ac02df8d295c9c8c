"""The reference of monitoring.yaml and its JSON Schema, both from the models."""

import json
from dataclasses import replace

from exporter.settings import Settings
from exporter.settings.keys import ANY, Key, Schema, keys, schema
from generators.files import MARK


def texts() -> dict[str, str]:
    """Return the documents by path."""
    return {"docs/settings.md": reference(), "docs/monitoring.schema.json": schema_text()}


def whole_schema() -> Schema:
    """Return the JSON Schema of monitoring.yaml, for editors that complete and check."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema(Settings),
        "title": "monitoring.yaml of ion-monitoring",
    }


def schema_text() -> str:
    """Return docs/monitoring.schema.json."""
    return json.dumps(whole_schema(), indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """Return docs/settings.md: every key, its type, its default and its meaning."""
    sections = [key for key in keys(Settings) if len(key.path) == 1]
    return _HEAD.replace("{mark}", MARK) + "".join(_section(key) for key in sections)


_HEAD = """\
<!-- {mark} -->
# monitoring.yaml

`ionmon run --config monitoring.yaml`, or `IONMON_CONFIG=monitoring.yaml ionmon run`. Without a
file, `ionmon run --project PROJECT_ID` works. The smallest useful file is

```yaml
google: {projects: [PROJECT_ID]}
```

- A flag overrides the environment, and the environment overrides the file.
- Durations are written with their unit: `500ms`, `60s`, `1m30s`, `24h`, `30d`, `1w`. Percentages
  too: `99.95%`. A bare number is refused.
- A relative path starts from the file's own directory.
- Secrets never stand in this file: write each to a file of its own, and give that file's name
  under a key that ends in `_file`. Its mode is 0600; for `notifications`, which Alertmanager reads
  as a user of its own, 0640 with Alertmanager's group.
- Values are not expanded from the environment. Anchors, aliases and tags are refused.
- All problems of a file are listed at once, each with its line, its key and the fix.
- `*` in a key stands for a name that you choose, `[]` for an item of a list.

For completion and checks while typing, begin the file with
`# yaml-language-server: $schema=PATH/docs/monitoring.schema.json`.

Environment: `IONMON_CONFIG` (the file), `GOOGLE_CLOUD_PROJECT` (the project where neither a flag
nor the file names one), `STATE_DIRECTORY` and `XDG_STATE_HOME` (where the state file is by
default), `NO_COLOR`. `GOOGLE_APPLICATION_CREDENTIALS` is read by Google's own library.
"""


def _section(section: Key) -> str:
    rows = _shared_last(
        [k for k in keys(Settings) if k.path[0] == section.path[0] and len(k.path) > 1]
    )
    lines = "".join(f"| {_named(k)} | {k.type} | {_default(k)} | {k.meaning} |\n" for k in rows)
    head = f"\n## {section.path[0]}\n\n{section.meaning}\n"
    # A section of free names alone has no keys of its own.
    return (
        f"{head}\n| key | type | default | meaning |\n|---|---|---|---|\n{lines}" if rows else head
    )


def _shared_last(rows: list[Key]) -> list[Key]:
    """Say once, at the end, what is the same below every key of a section, as with the alerts."""
    tops = {row.path[1] for row in rows}
    named = [replace(row, path=(row.path[0], ANY, *row.path[2:])) for row in rows]
    shared = [
        row for row in dict.fromkeys(named) if len(tops) > 1 and named.count(row) == len(tops)
    ]
    return [r for r, name in zip(rows, named, strict=True) if name not in shared] + shared


def _named(key: Key) -> str:
    return "`" + ".".join(key.path[1:]).replace(".[]", "[]") + "`"


def _default(key: Key) -> str:
    if key.required:
        return "needed"
    return "" if key.default is None else f"`{key.default}`"
