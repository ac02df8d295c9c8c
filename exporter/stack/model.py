"""What a stack is made of: its addresses, and its processes with what each of them needs."""

from dataclasses import dataclass
from pathlib import Path

from exporter.simulator.sink.settings import SinkPorts


@dataclass(frozen=True, slots=True)
class StackPorts:
    """Where the processes listen on 127.0.0.1; `offset` moves all of them."""

    offset: int = 0

    @property
    def exporter(self) -> int:
        """The exporter, and its landing page."""
        return 9841 + self.offset

    @property
    def bridge(self) -> int:
        """The bridge: its page, and what Alertmanager posts to."""
        return 9842 + self.offset

    @property
    def sink(self) -> SinkPorts:
        """The sink: its page, and mail."""
        return SinkPorts(9843 + self.offset, 9844 + self.offset)

    @property
    def control(self) -> int:
        """Where incidents are begun."""
        return 9845 + self.offset

    @property
    def prometheus(self) -> int:
        """Prometheus, with 72 hours."""
        return 9090 + self.offset

    @property
    def longterm(self) -> int:
        """The second Prometheus, with 90 days."""
        return 9091 + self.offset

    @property
    def alertmanager(self) -> int:
        """Alertmanager."""
        return 9093 + self.offset

    @property
    def grafana(self) -> int:
        """Grafana, where it is installed."""
        return 3000 + self.offset


def local(port: int) -> str:
    """Return host:port on this machine."""
    return f"127.0.0.1:{port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackProcess:
    """A process of the stack.

    ready    the address that answers 200 once it works; with `user`, as this user and password
    needs    names of those that have to be ready before it is started
    ports    where it listens, beside what it is called
    """

    name: str
    title: str
    command: tuple[str, ...]
    ready: str
    ports: tuple[int, ...]
    needs: tuple[str, ...] = ()
    user: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackChoice:
    """What was asked for: the folder, the settings, the profile, the scenario."""

    folder: Path
    config: Path
    real: bool = False
    scenario: str = "calm"
    ports: StackPorts = StackPorts()
