"""A generated set: every file that one run of `ionmon configs` wrote."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from generators.monitoring_config import CONFIG_FILE, digest
from generators.versions.recorded import RecordedConfig, VersionError, recorded

_SHORT = 12  # characters of a hash that a line shows


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSet:
    """What is known of a set.

    origin  where it was read: `current`, a folder, `git:REVISION`, or a kept file
    config  what its monitoring_config.json records, in today's form
    files   each file that is there, by its path below the root; monitoring_config.json, too
    """

    origin: str
    config: RecordedConfig
    files: Mapping[str, bytes]

    @property
    def content_hash(self) -> str:
        """The hash that names the set."""
        return self.config.content_hash

    @property
    def short_hash(self) -> str:
        """The start of that hash, as lines show it."""
        return self.content_hash[:_SHORT]

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that were written, and are not there."""
        return tuple(name for name in self.config.files if name not in self.files)

    @property
    def edited(self) -> tuple[str, ...]:
        """Files that are not as they were written."""
        names = [name for name in self.config.files if name in self.files]
        changed = [n for n in names if hash_of(self.files[n]) != self.config.files[n]]
        own = content_hash(self.files[CONFIG_FILE])
        return (*changed, *([CONFIG_FILE] if own != self.content_hash else []))

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """Files that no run wrote with the others."""
        return tuple(
            name for name in self.files if name not in self.config.files and name != CONFIG_FILE
        )

    @property
    def whole(self) -> bool:
        """Whether every file is there as it was written."""
        return not self.missing and not self.edited


def generated_set(origin: str, files: Mapping[str, bytes]) -> GeneratedSet:
    """Return a set of these files. Raises VersionError where monitoring_config.json is none."""
    if CONFIG_FILE not in files:
        raise VersionError(f"{origin}: has no {CONFIG_FILE}; ionmon configs writes it")
    config = recorded(files[CONFIG_FILE], f"{origin}: {CONFIG_FILE}")
    return GeneratedSet(origin=origin, config=config, files=files)


def of_texts(texts: Mapping[str, str]) -> GeneratedSet:
    """Return the set that is about to be written."""
    return generated_set("new", {name: text.encode() for name, text in texts.items()})


def hash_of(content: bytes) -> str:
    """Return the digest that monitoring_config.json records of a file."""
    return hashlib.sha256(content).hexdigest()


def content_hash(content: bytes) -> str:
    """Return the hash of a monitoring_config.json that it should have itself."""
    body = json.loads(content)
    return digest(json.dumps({name: body[name] for name in body if name != "content_hash"}))


def is_below(name: str) -> bool:
    """Say whether a path lies below the root: a file elsewhere is in no set."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\n" not in name
