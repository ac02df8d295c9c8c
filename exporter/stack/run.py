"""Runs the processes of a stack: each starts when what it needs is ready, and all end in order."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from exporter.clock import steady
from exporter.errors import IonmonError
from exporter.stack.child import Child
from exporter.stack.model import StackProcess
from exporter.stack.readiness import is_ready

READY_WITHIN = 90.0  # seconds; a process that needs longer is named
STOP_WITHIN = 15.0
_ASK_EVERY = 0.2
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StackFailed(IonmonError):
    """A process did not become ready, or ended by itself."""


class Stack:
    """The processes of a stack, from `run` until a signal, or until one of them ends."""

    def __init__(
        self,
        planned: Sequence[StackProcess],
        logs: Path,
        show: Callable[[str, str], None],
        ready: Callable[[], None],
    ) -> None:
        """Plan it; `ready` is called once all are."""
        self._children = [Child(one, logs / f"{one.name}.log", show) for one in planned]
        self._events = {one.name: asyncio.Event() for one in planned}
        self._show, self._ready = show, ready
        self._stopping = asyncio.Event()
        self._failure: StackFailed | None = None

    @property
    def settled(self) -> bool:
        """Whether all are ready, and none is asked to end."""
        return all(e.is_set() for e in self._events.values()) and not self._stopping.is_set()

    async def run(self) -> None:
        """Run all until a signal. Raises StackFailed where one ended by itself."""
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, self._signalled)
        tasks = [asyncio.create_task(self._watch(child)) for child in self._children]
        tasks.append(asyncio.create_task(self._report()))
        try:
            await self._stopping.wait()
        finally:
            await self._stop(tasks)
        if self._failure:
            raise self._failure

    def _signalled(self) -> None:
        """Stop in order; kill at the second signal."""
        if self._stopping.is_set():
            for child in self._children:
                child.kill()
            return
        self._show("stack", "ending all; a second Ctrl-C kills them")
        self._stopping.set()

    async def _report(self) -> None:
        for event in self._events.values():
            await event.wait()
        self._ready()

    async def _watch(self, child: Child) -> None:
        """Start a process when what it needs is ready, and end the stack when it ends."""
        planned = child.planned
        try:
            for name in planned.needs:
                await self._events[name].wait()
            await child.start()
            gate = asyncio.create_task(self._gate(planned))
            code = await child.ended()
            gate.cancel()
            self._fail(child, f"{planned.name} ended by itself, with {_worded(code)}")
        except IonmonError as error:
            self._fail(child, str(error))

    async def _gate(self, planned: StackProcess) -> None:
        """Let others start once a process says that it is ready."""
        began = steady()
        while not await asyncio.to_thread(is_ready, planned):
            if steady() - began > READY_WITHIN:
                text = f"is not ready after {READY_WITHIN:.0f} s: {planned.ready}"
                child = next(one for one in self._children if one.planned is planned)
                self._fail(child, f"{planned.name} {text}")
                return
            await asyncio.sleep(_ASK_EVERY)
        self._show(planned.name, f"ready after {steady() - began:.1f} s")
        self._events[planned.name].set()

    def _fail(self, child: Child, text: str) -> None:
        if self._failure is None and not self._stopping.is_set():
            lines = "".join(f"\n  {line}" for line in child.last)
            tail = f"; its last lines:{lines}\nits whole log: {child.log}" if lines else ""
            self._failure = StackFailed(f"{text}{tail}")
        self._stopping.set()

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """End what runs, the last that was started first: nobody loses whom it talks to."""
        for child in reversed(self._children):
            if child.alive() and not await child.stop(STOP_WITHIN):
                self._show(child.planned.name, "was killed")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _worded(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
