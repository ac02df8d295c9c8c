"""What an amtool that is older than the stated Alertmanager can read of a configuration.

`ionmon check` has the fields of each version itself. What an older amtool is asked beyond that,
routes above all, does not depend on the fields that it lacks.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from exporter.settings.versions import has
from generators.alertmanager.known_fields import FIELDS, READ
from generators.alertmanager.sections import sections

Body = dict[str, Any]
_ANYWHERE = "http://127.0.0.1"
# What stands for the address of an entry, which would be refused without one.
_INSTEAD = {"url_file": ("url", _ANYWHERE), "app_token_file": ("api_url", _ANYWHERE)}


def reduced(config: Body, version: str) -> Body:
    """Return a configuration without the fields that came after a version."""
    found = deepcopy(config)
    for section, body in list(sections(found)):
        for name in [*body]:
            since = FIELDS.get(section, {}).get(name)
            if since is not None and not has(version, since):
                del body[name]
                body |= dict([_INSTEAD[name]] if name in _INSTEAD else [])
    return found


def renders(text: str, version: str | None) -> bool:
    """Return whether a tool of a version can read what a text reads of a notification."""
    needed = (since for name, since in READ.items() if f".{name}" in text)
    return version is None or all(has(version, since) for since in needed)


@contextmanager
def readable(config: Path, version: str | None) -> Iterator[Path]:
    """Yield the file, or a copy for a tool of this version where the file has newer fields."""
    whole = yaml.safe_load(config.read_text(encoding="utf-8"))
    known = reduced(whole, version) if version and isinstance(whole, dict) else whole
    if known == whole:
        yield config
        return
    known["templates"] = [
        str(config.parent.resolve() / name) for name in known.get("templates", [])
    ]
    with tempfile.TemporaryDirectory(prefix="ionmon-") as folder:
        copy = Path(folder, config.name)
        copy.write_text(yaml.safe_dump(known, sort_keys=False), encoding="utf-8")
        yield copy
