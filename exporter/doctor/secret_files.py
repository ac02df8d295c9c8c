"""Looks at the files that hold secrets, for ionmon doctor; nothing of their content is told."""

import os
import re
import stat
from collections.abc import Iterator

from exporter.doctor.finding import Finding, Verdict
from exporter.settings import Settings
from exporter.settings.secrets import Reader, SecretFile, secret_files

LARGEST = 1 << 16
_MORE_THAN = {  # who else may not read it; Alertmanager runs as another user, through its group
    Reader.ALERTMANAGER: stat.S_IRWXO,
    Reader.IONMON: stat.S_IRWXG | stat.S_IRWXO,
}


def secrets(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each file with a secret that the settings name."""
    yield from map(secret, secret_files(settings))


def secret(file: SecretFile) -> Finding:
    """Return how a file is: there, readable, one line of the right form, read by nobody else."""
    subject = f"secret {file.key}"
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status, content = os.fstat(descriptor), os.read(descriptor, LARGEST)
        finally:
            os.close(descriptor)
    except OSError as error:
        return _unread(file, error)
    fault = _fault(file, content)
    if fault:
        return Finding(subject, Verdict.FAIL, f"{file.path}: {fault}", f"write {file.holds}")
    mode = stat.S_IMODE(status.st_mode)
    if mode & _MORE_THAN[file.reader]:
        text = f"{file.path}: mode {mode:04o} lets others read it"
        return Finding(subject, Verdict.WARN, text, _mode(file))
    return Finding(subject, Verdict.OK, f"{file.path} holds what {file.reader} needs")


def _unread(file: SecretFile, error: OSError) -> Finding:
    """Tell a file that cannot be read; Alertmanager may read what this user may not."""
    verdict, mend = Verdict.FAIL, f"write {file.holds}; {_mode(file)}"
    if isinstance(error, PermissionError):
        mend = f"let {file.reader} read it: {_mode(file)}"
        if file.reader is Reader.ALERTMANAGER:
            verdict, mend = Verdict.WARN, "run doctor as a user who may read it"
    text = f"{file.path}: cannot be read: {error.strerror}"
    return Finding(f"secret {file.key}", verdict, text, mend)


def _mode(file: SecretFile) -> str:
    if file.reader is Reader.ALERTMANAGER:
        return f"chmod 0640 {file.path}, group of Alertmanager"
    return f"chmod 0600 {file.path}"


def _fault(file: SecretFile, content: bytes) -> str:
    """Return what is wrong with a file's content, without any of it; nothing where it is right."""
    text = content.decode(errors="replace").removesuffix("\n").removesuffix("\r")
    if not text.strip():
        return "is empty"
    if "\n" in text or "\r" in text:
        return "holds more than one line"
    if "\ufffd" in text or not re.fullmatch(file.form, text):
        return "has another form"
    return ""
