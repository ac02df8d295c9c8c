"""Has a server read its files again, and waits until it has in force what it should have."""

import shlex
import subprocess
import time
from collections.abc import Callable, Iterable

from exporter.clock import steady
from generators.deploy.asking import ReloadRefused, ServerAway, post_reload
from generators.deploy.model import DeployedServer, ServerState
from generators.deploy.state import last_reload, state

_PAUSE = 0.2  # seconds between two looks
_NAMED = 3  # differences that an error lists
Judge = Callable[[ServerState], Iterable[str]]


class NotInForce(ReloadRefused):
    """A server took its files, and has something else in force."""


def reload(server: DeployedServer, before: float, patience: float) -> None:
    """Have a server read its files; return when it has.

    before    when it last did, by its own clock
    patience  seconds that it may take

    Raises ReloadRefused, ServerAway.
    """
    if not server.reload_command:
        post_reload(server, patience)
        return
    end = steady() + patience
    _run(server, patience)
    while True:
        fault = _not_yet(server, before, end)
        if fault is None:
            return
        if steady() >= end:
            raise fault
        time.sleep(_PAUSE)


def settled(server: DeployedServer, judge: Judge, patience: float) -> ServerState:
    """Return what a server has in force once `judge` finds nothing wrong with it.

    Raises NotInForce, ServerAway.
    """
    end = steady() + patience
    while True:
        fault: ReloadRefused | ServerAway
        try:
            found = state(server, end)
            wrong = list(judge(found))
            if not wrong:
                return found
            fault = NotInForce(f"{server.url}: {listed(wrong)}")
        except ServerAway as error:
            fault = error
        if steady() >= end:
            raise fault
        time.sleep(_PAUSE)


def listed(wrong: list[str]) -> str:
    """Return the first of some differences, and how many more there are."""
    more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    return "; ".join(wrong[:_NAMED]) + more


def by_hand(server: DeployedServer) -> str:
    """Return what to type to reload a server."""
    if server.reload_command:
        return f"type: {shlex.join(server.reload_command)}"
    words = ["curl", "-X", "POST"]
    words += ["--cacert", str(server.ca_file)] if server.ca_file else []
    words += ["--user", server.username] if server.username else []
    return f"type: {shlex.join([*words, f'{server.url}/-/reload'])}"


def _not_yet(server: DeployedServer, before: float, end: float) -> ServerAway | None:
    """Return why a command's reload is not done. Raises ReloadRefused where it failed."""
    try:
        at, ok = last_reload(server, end)
    except ServerAway as error:  # a command may start it again
        return error
    if at > before and ok:
        return None
    typed = shlex.join(server.reload_command)
    if not ok:
        raise ReloadRefused(f"{server.url}: its reload by {typed} failed; its log has the reason")
    return ServerAway(f"{server.url}: has read no files since {typed}; correct reload_command")


def _run(server: DeployedServer, patience: float) -> None:
    typed = shlex.join(server.reload_command)
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            server.reload_command,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
            start_new_session=True,  # Ctrl-C stops the deploy, not a reload half way
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReloadRefused(f"{typed}: {error}; correct reload_command") from error
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split())
        raise ReloadRefused(f"{typed}: ended with {done.returncode}: {output}")
