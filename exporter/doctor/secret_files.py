"""Checks the files with secrets, for ionmon doctor; their content is never shown."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from exporter.doctor.finding import Finding, Verdict
from exporter.doctor.unix_user import UnixUser, obstacle
from exporter.secrets_file import SecretFileContent, UnusableSecret, inspect_secret
from exporter.settings import Settings
from exporter.settings.secrets import SecretFile, SecretReader, secret_files

_FORBIDDEN = {  # mode bits; Alertmanager runs as another user and reads through its group
    SecretReader.ALERTMANAGER: stat.S_IRWXO,
    SecretReader.IONMON: stat.S_IRWXG | stat.S_IRWXO,
}


def secrets(settings: Settings, alertmanager: UnixUser | None = None) -> Iterator[Finding]:
    """Yield a finding for each configured file with a secret.

    alertmanager  the user that Alertmanager runs as; None where it is not known
    """
    files = secret_files(settings)
    yield from (secret(file, alertmanager) for file in files)
    read = [file for file in files if file.reader is SecretReader.ALERTMANAGER]
    if read and alertmanager is None and os.geteuid() == 0:
        text = "root may read every file: whether Alertmanager may is not known"
        fix = "name the user that it runs as: ionmon doctor --as-user prometheus"
        yield Finding("secrets of alertmanager", Verdict.WARN, text, fix)


def secret(file: SecretFile, alertmanager: UnixUser | None = None) -> Finding:
    """Check that a file is readable, has one line of the right form, and is private.

    ionmon's own files are read as the user that runs this, Alertmanager's are judged for its own.
    """
    subject = f"secret {file.key}"
    reads = alertmanager if file.reader is SecretReader.ALERTMANAGER else None
    if reads is not None and (finding := _kept_from(file, reads)):
        return finding
    try:
        content = inspect_secret(file.path)
    except UnusableSecret as error:
        return _unusable(file, error)
    fault = _fault(file, content.secret.reveal())
    if fault:
        return Finding(subject, Verdict.FAIL, f"{file.path}: {fault}", f"write {file.content}")
    if content.mode & _FORBIDDEN[file.reader]:
        text = f"{file.path}: mode {content.mode:04o} lets others read it"
        return Finding(subject, Verdict.WARN, text, _mode(file))
    if reads is None and _is_roots_alone(file, content):
        text = f"{file.path}: mode {content.mode:04o} lets only root read it"
        return Finding(subject, Verdict.WARN, text, _mode(file))
    text = f"{file.path} has what {file.reader} needs"
    text += f", and {reads.name} may read it" if reads else ""
    return Finding(subject, Verdict.OK, text)


def _kept_from(file: SecretFile, user: UnixUser) -> Finding | None:
    """Return a finding where a user cannot read a file; what is not there is found later."""
    try:
        found = obstacle(file.path, user)
    except OSError:
        return None
    if found is None:
        return None
    text = f"{file.path}: {found.fault}"
    return Finding(f"secret {file.key}", Verdict.FAIL, text, found.fix)


def _is_roots_alone(file: SecretFile, content: SecretFileContent) -> bool:
    """Whether Alertmanager, which runs as a user of its own, cannot read what root can."""
    if file.reader is not SecretReader.ALERTMANAGER or content.owner:
        return False
    return not content.mode & (stat.S_IRGRP | stat.S_IROTH)


def _unusable(file: SecretFile, error: UnusableSecret) -> Finding:
    """Return why a file cannot be used; Alertmanager may read what this user may not."""
    verdict, fix = Verdict.FAIL, f"write {file.content}"
    if error.number:
        fix += f"; {_mode(file)}"
    if error.denied:
        fix = _handed_over(file.path) or _mode(file)
        if file.reader is SecretReader.ALERTMANAGER:
            verdict, fix = Verdict.WARN, "run ionmon doctor as a user who may read it"
    return Finding(f"secret {file.key}", verdict, f"{file.path}: {error.fault}", fix)


def _handed_over(path: Path) -> str:
    """Return how a file of another owner becomes this user's; empty where it is this user's."""
    with suppress(OSError):  # it is in a directory that this user may not enter
        if path.stat().st_uid == os.geteuid():
            return ""
    return f"chown {os.geteuid()} {path}, or run ionmon as a user who may read it"


def _mode(file: SecretFile) -> str:
    if file.reader is SecretReader.ALERTMANAGER:
        return f"chmod 0640 {file.path}, and give it Alertmanager's group"
    return f"chmod 0600 {file.path}"


def _fault(file: SecretFile, text: str) -> str:
    """Return what is wrong with a file's content, without quoting it; empty where it is valid."""
    if "\n" in text or "\r" in text:
        return "has more than one line"
    return "" if re.fullmatch(file.form, text) else "has another form"
