"""What an analysis is asked for. It needs no numpy: a command judges its flags before that."""

from dataclasses import dataclass

from exporter.prometheus.api import TimeSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRequest:
    """A window of time, and of which service and region; an empty name stands for all."""

    span: TimeSpan
    service: str = ""
    region: str = ""
