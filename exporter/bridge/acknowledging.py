"""Keeps acknowledgements: takes new ones, and ends those whose incident is over.

What is journaled decides: a bridge that starts again goes on where it was.
"""

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from exporter import logs
from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement, extended, goes_on
from exporter.bridge.firing import FiringAlerts
from exporter.bridge.incidents import FiringIncident
from exporter.clock import Clock
from exporter.errors import StateError

JUDGE_EVERY = 1.0  # seconds
# Seconds that a server which has come back needs to have again what fires: a restarted
# Alertmanager gets it within five minutes, and is asked before an escalation is sent.
UNSEEN = 240.0
_SAME_START = 0.01  # seconds; a page and the API write milliseconds

GivenByAlert = Mapping[str, Sequence[Acknowledgement]]  # by fingerprint

log = logs.logger("bridge")


@dataclass(frozen=True, slots=True)
class ChosenIncident:
    """Which incident is meant: its alert's fingerprint, and the start that was shown.

    starts_at is None where any incident of the alert is meant.
    """

    fingerprint: str
    starts_at: float | None = None


class Answer(StrEnum):
    """What became of a choice."""

    ACKNOWLEDGED = "acknowledged"
    ALREADY = "already acknowledged"
    NOT_FIRING = "not firing"
    NOT_KNOWN = "not known"
    ANOTHER = "another incident"
    WITHDRAWN = "withdrawn"
    NOT_ACKNOWLEDGED = "not acknowledged"


@dataclass(frozen=True, slots=True)
class AcknowledgeOutcome:
    """What became of a choice, its incident, and its acknowledgement, which may be withdrawn."""

    choice: ChosenIncident
    answer: Answer
    incident: FiringIncident | None = None
    acknowledgement: Acknowledgement | None = None


class Acknowledging:
    """Takes and keeps acknowledgements; any thread may acknowledge and read."""

    def __init__(self, firing: FiringAlerts, rows: AcknowledgementRows, clock: Clock) -> None:
        """Go on with those that the journal has. Raises StateError."""
        self._firing, self._rows, self._clock = firing, rows, clock
        self._mutex = threading.Lock()
        self._open = {each.row: each for each in rows.open()}
        self._taken_back = {each.fingerprint: each for each in rows.withdrawn()}

    def open(self) -> tuple[Acknowledgement, ...]:
        """Return those whose incident goes on, oldest first."""
        with self._mutex:
            return tuple(self._open.values())

    def knows_ends(self) -> bool:
        """Return whether what no server has is over: all answer, and none has just come back."""
        return self._is_old(self._firing.now().complete_since)

    def knows_ends_from(self) -> float:
        """Return from when on it knows, by the monotonic clock; infinite while one is away."""
        return self._firing.now().complete_since + UNSEEN

    def knows_held(self) -> bool:
        """Return whether Alertmanagers have what fires: all answer, and none was just away."""
        return self._is_old(self._firing.now().held_since)

    def _is_old(self, since: float) -> bool:
        return self._clock.monotonic() - since >= UNSEEN

    def of(self, incident: FiringIncident) -> Acknowledgement | None:
        """Return the acknowledgement of an incident, None where nobody acknowledged it."""
        ((_, found),) = self.each_of((incident,))
        return found

    def withdrawn_of(self, incident: FiringIncident) -> Acknowledgement | None:
        """Return the last acknowledgement of an incident that was withdrawn."""
        found = self._taken_back.get(incident.alert.fingerprint)
        is_its = found and _is_of(found, incident, self._firing.now().certain)
        return found if is_its else None

    def each_of(
        self, incidents: Iterable[FiringIncident]
    ) -> Iterator[tuple[FiringIncident, Acknowledgement | None]]:
        """Yield each incident with its acknowledgement."""
        certain = self._firing.now().certain
        with self._mutex:
            known = self._by_fingerprint()
        for incident in incidents:
            of_alert = known.get(incident.alert.fingerprint, ())
            yield incident, next((a for a in of_alert if _is_of(a, incident, certain)), None)

    def acknowledge(
        self, choices: Sequence[ChosenIncident], user: str, comment: str
    ) -> tuple[AcknowledgeOutcome, ...]:
        """Acknowledge incidents that fire; the first who does so has them. Raises StateError.

        They are journaled together, before they are posted.
        """
        if not user:
            raise ValueError("an acknowledgement needs to know whose it is")
        known = self._firing.now().by_fingerprint()
        with self._mutex:
            given = self._by_fingerprint()
            found = [
                self._outcome(c, known.get(c.fingerprint), given) for c in dict.fromkeys(choices)
            ]
            new = {
                each.incident.alert.fingerprint: self._made(each.incident, user, comment)
                for each in found
                if each.answer is Answer.ACKNOWLEDGED and each.incident
            }
            journaled = {each.fingerprint: each for each in self._rows.add(new.values())}
            for each in journaled.values():
                self._open[each.row] = each
                log.info("acknowledged", extra=logs.fields(alert=_name(each), by=each.user))
        return tuple(_with(each, journaled) for each in found)

    def withdraw(
        self, choices: Sequence[ChosenIncident], user: str
    ) -> tuple[AcknowledgeOutcome, ...]:
        """Take acknowledgements back, whoever gave them. Raises StateError.

        What was posted for them is ended by the next post, so that the escalation goes on.
        """
        if not user:
            raise ValueError("a withdrawal needs to know whose it is")
        known = self._firing.now().by_fingerprint()
        with self._mutex:
            given = self._by_fingerprint()
            found = [
                self._withdrawn(c, known.get(c.fingerprint), given) for c in dict.fromkeys(choices)
            ]
            gone = {
                each.acknowledgement.row: each.acknowledgement
                for each in found
                if each.answer is Answer.WITHDRAWN and each.acknowledgement
            }
            now = self._clock.now()
            self._rows.withdraw(gone.values(), user, now)
            for row, each in gone.items():
                self._forget(row)
                taken = replace(each, ended_at=now, withdrawn_by=user)
                self._taken_back[each.fingerprint] = taken
                extra = logs.fields(alert=_name(each), by=user, acknowledged_by=each.user)
                log.info("acknowledgement is withdrawn", extra=extra)
        return tuple(found)

    def _by_fingerprint(self) -> GivenByAlert:
        """Return those whose incident goes on, by their alert's fingerprint, oldest first."""
        found: dict[str, list[Acknowledgement]] = {}
        for given in self._open.values():
            found.setdefault(given.fingerprint, []).append(given)
        return found

    def _withdrawn(
        self, choice: ChosenIncident, incident: FiringIncident | None, given: GivenByAlert
    ) -> AcknowledgeOutcome:
        found = self._outcome(choice, incident, given)
        answers = {
            Answer.ALREADY: Answer.WITHDRAWN,
            Answer.ACKNOWLEDGED: Answer.NOT_ACKNOWLEDGED,
        }
        return replace(found, answer=answers.get(found.answer, found.answer))

    def _forget(self, row: int) -> None:
        self._open.pop(row, None)

    def _outcome(
        self, choice: ChosenIncident, incident: FiringIncident | None, given: GivenByAlert
    ) -> AcknowledgeOutcome:
        if incident is None:
            over = self.knows_ends()
            return AcknowledgeOutcome(choice, Answer.NOT_FIRING if over else Answer.NOT_KNOWN)
        shown = choice.starts_at
        if shown is not None and abs(shown - incident.alert.starts_at) > _SAME_START:
            return AcknowledgeOutcome(choice, Answer.ANOTHER, incident)
        certain = self._firing.now().certain
        of_alert = given.get(incident.alert.fingerprint, ())
        known = next((a for a in of_alert if _is_of(a, incident, certain)), None)
        answer = Answer.ALREADY if known else Answer.ACKNOWLEDGED
        return AcknowledgeOutcome(choice, answer, incident, known)

    def _made(self, incident: FiringIncident, user: str, comment: str) -> Acknowledgement:
        return Acknowledgement(
            row=0,
            fingerprint=incident.alert.fingerprint,
            labels=incident.alert.labels,
            starts_at=incident.alert.starts_at,
            since=incident.since,
            user=user,
            comment=comment,
            at=self._clock.now(),
        )

    async def judge(self) -> None:
        """End what is over, for ever; a journal that cannot be written is tried again."""
        while True:
            try:
                await asyncio.to_thread(self.review)
            except StateError as error:
                logs.once(log, "review", f"acknowledgements cannot be journaled: {error}")
            else:
                logs.over(log, "review", "acknowledgements are journaled again")
            await self._clock.sleep(JUDGE_EVERY)

    def review(self) -> None:
        """End those whose incident is over by now, and note what is new. Raises StateError."""
        firing = self._firing.now()
        starts = {each.alert.fingerprint: each.alert.starts_at for each in firing.incidents}
        for each in self.open():
            since = firing.beginnings.of(each.labels)
            start = starts.get(each.fingerprint)
            goes = goes_on(each, since, start, certain=firing.certain)
            if goes:
                self._sighted(each, since)
            elif goes is False or self._is_old(firing.complete_since):
                self._end(each)

    def _sighted(self, given: Acknowledgement, since: Iterable[float]) -> None:
        """Note that an incident goes on, and every beginning by which it is known."""
        more = extended(given, since)
        if more.since != given.since:
            self._rows.extend(more)
        with self._mutex:
            if given.row in self._open:  # it may have been withdrawn meanwhile
                self._open[given.row] = more

    def _end(self, given: Acknowledgement) -> None:
        self._rows.end(given, self._clock.now())
        with self._mutex:
            self._forget(given.row)
        log.info("incident is over", extra=logs.fields(alert=_name(given), by=given.user))


def _is_of(given: Acknowledgement, incident: FiringIncident, certain: bool) -> bool:  # noqa: FBT001 - as goes_on
    if given.fingerprint != incident.alert.fingerprint:
        return False
    return bool(goes_on(given, incident.since, incident.alert.starts_at, certain=certain))


def _name(given: Acknowledgement) -> str:
    return given.labels.get("alertname", "")


def _with(
    outcome: AcknowledgeOutcome, journaled: Mapping[str, Acknowledgement]
) -> AcknowledgeOutcome:
    """Return an outcome with the acknowledgement that was journaled for it."""
    if outcome.answer is not Answer.ACKNOWLEDGED or outcome.incident is None:
        return outcome
    return replace(outcome, acknowledgement=journaled[outcome.incident.alert.fingerprint])
