"""One process of a stack: started, read, ended; it never outlives the stack."""

import asyncio
import ctypes
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from exporter.errors import IonmonError
from exporter.stack.model import StackProcess

LAST_LINES = 12
_LONGEST_LINE = 1 << 20  # bytes
_PR_SET_PDEATHSIG = 1  # prctl(2)


class Child:
    """A process that runs, its whole log in a file, its last lines in memory."""

    def __init__(self, planned: StackProcess, log: Path, show: Callable[[str, str], None]) -> None:
        """Plan it; `show` is called with the name and each line."""
        self.planned = planned
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self.log, self._show = log, show
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it. Raises IonmonError where its program is missing."""
        program, *arguments = self.planned.command
        try:
            # A session of its own: Ctrl-C reaches the stack alone, which ends all in their order.
            self._process = await asyncio.create_subprocess_exec(
                program,
                *arguments,
                stdout=PIPE,
                stderr=STDOUT,
                limit=_LONGEST_LINE,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except OSError as error:
            raise IonmonError(f"{self.planned.name}: {program}: {error.strerror}") from error
        if self._process.stdout is not None:
            self._reading = asyncio.create_task(self._read(self._process.stdout))

    @property
    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError(f"{self.planned.name} has not been started")
        return self._process

    async def _read(self, stream: asyncio.StreamReader) -> None:
        with self.log.open("ab") as log:
            while True:
                try:
                    line = await stream.readline()
                except ValueError:  # longer than the limit: that part is gone
                    continue
                if not line:
                    return
                log.write(line)
                log.flush()
                text = line.decode(errors="replace").rstrip()
                self.last.append(text)
                self._show(self.planned.name, text)

    async def ended(self) -> int:
        """Return its exit code once it has ended, and all that it wrote is read."""
        code = await self._running.wait()
        if self._reading:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._reading), 1.0)
        return code

    def alive(self) -> bool:
        """Return whether it runs."""
        return self._process is not None and self._process.returncode is None

    async def stop(self, patience: float) -> bool:
        """Ask it to end, and wait; return False where it had to be killed."""
        if not self.alive():
            return True
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended(), patience)
        except TimeoutError:
            self.kill()
            await self.ended()
            return False
        return True

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._running.send_signal(number)


def _die_with_parent() -> None:
    """Let the kernel end this process when the stack is killed and can end nothing itself."""
    found = getattr(ctypes.CDLL(None), "prctl", None)
    if found is not None:
        found(_PR_SET_PDEATHSIG, signal.SIGTERM)
