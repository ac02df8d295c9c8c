"""What the module of each format has, and how a report is written."""

from dataclasses import dataclass
from typing import Protocol

from generators.service_report.model import BoardsReport, ServiceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How a report is written; a format takes what concerns it.

    color  whether a terminal shows colours
    """

    color: bool = False


class Renderer(Protocol):
    """What the module of a format has. Both texts end with a line break."""

    def render(self, report: ServiceReport, options: RenderOptions) -> str:
        """Return the state of the service."""

    def render_boards(self, report: BoardsReport, options: RenderOptions) -> str:
        """Return dashboards."""
