"""The alerts of a period as a summary shows them: what fires, what is over, who acknowledged it.

Times are Unix seconds. What is not known is None, or said in words: it is never taken for calm.
"""

from dataclasses import dataclass

from exporter.prometheus.api import Labels


@dataclass(frozen=True, slots=True)
class AcknowledgedAt:
    """Who acknowledged an alert, when, and what they said."""

    user: str
    at: float
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """One time in which an alert fired.

    place         where, in words: checkout in europe-west1 (shop); empty where it has no place
    summary       what is wrong, in a sentence; empty where that is not known
    value, limit  as text; empty where the alert has none
    began         None where it fired before all that is remembered
    ended         None while it fires
    acknowledged  None where nobody did, or where that is not known
    known         whether it is known who acknowledged it
    remarks       what a reader has to know besides: that it is silenced, escalated, muted
    url           of its runbook; empty where that is no web page
    """

    name: str
    severity: str
    labels: Labels
    place: str
    summary: str
    value: str
    limit: str
    began: float | None
    ended: float | None
    acknowledged: AcknowledgedAt | None
    known: bool
    remarks: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsState:
    """What fires, the most severe first, and what was over within a period, the newest first.

    more          how many more were over than `recent` has
    known         whether nothing else fires
    recent_known  whether nothing else was over: no record of the period is missing
    source        who said so, in words
    unknown       what is not known of acknowledgements, and why; empty where they are known
    faults        what could not be read, and why
    """

    firing: tuple[AlertState, ...]
    recent: tuple[AlertState, ...]
    known: bool
    recent_known: bool
    source: str
    unknown: str
    more: int = 0
    faults: tuple[str, ...] = ()
