"""What became of a test alert at one channel, from what Alertmanager and the bridge show."""

from dataclasses import dataclass
from enum import StrEnum

from exporter.drill.arrivals import DrillArrival
from exporter.drill.counts import NotificationRise
from exporter.drill.reached import DrilledChannel

ENOUGH_TRIES = 2  # of the bridge that fail; it goes on trying for a day


class DrillResult(StrEnum):
    """What became of a test alert at a channel."""

    TOOK = "took it"
    FAILED = "failed"
    NOTHING = "got nothing"
    HELD = "held back"
    STOPPED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOutcome:
    """The result of a channel; seconds are from the alert's posting, None where it took nothing.

    why       the reason, or a remark; empty where there is none
    is_final  whether nothing more is waited for
    """

    result: DrillResult
    seconds: float | None = None
    why: str = ""
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEvidence:
    """What is known of a channel since shortly before its first notification was due.

    rise      what Alertmanager counted for its integration
    sharing   how many channels of the alert are counted together with it
    servers   Alertmanagers, each of which may notify: those of a cluster do not
    bridge    how many webhooks the bridge took; None where that is not known
    arrival   its row in the journal; None where there is none
    journaled  whether there is a journal that can be read
    log       why it failed, as Alertmanager's log says
    held      what holds the alert back, a silence or another alert
    """

    rise: NotificationRise
    sharing: int = 1
    servers: int = 1
    bridge: int | None = None
    arrival: DrillArrival | None = None
    journaled: bool = False
    log: str = ""
    held: str = ""


def judge(channel: DrilledChannel, found: DrillEvidence, elapsed: float) -> ChannelOutcome:
    """Return what became of it by now; it is not final while something may still come."""
    held = f"{channel.muted_by} mutes it now" if channel.muted_by else found.held
    if held:
        return ChannelOutcome(result=DrillResult.HELD, why=held)
    if channel.to_bridge and found.journaled:
        return _at_bridge(channel, found, elapsed)
    return _counted(channel, found, elapsed)


def _at_bridge(channel: DrilledChannel, found: DrillEvidence, elapsed: float) -> ChannelOutcome:
    arrival = found.arrival
    if arrival is None:
        return _missing(found)
    if not channel.is_sentry or arrival.state == "done":
        return ChannelOutcome(result=DrillResult.TOOK, seconds=elapsed)
    if not arrival.state:
        why = "the bridge took it and delivers nothing to Sentry: its settings have no Sentry"
        return ChannelOutcome(result=DrillResult.FAILED, why=why)
    if arrival.state == "dead":
        why = f"given up, a dead letter: {arrival.error}; ionmon bridge dead lists it"
        return ChannelOutcome(result=DrillResult.FAILED, why=why)
    why = "the bridge took it and has not delivered it yet"
    why += f": {arrival.error}" if arrival.error else ""
    return ChannelOutcome(
        result=DrillResult.FAILED, why=why, is_final=arrival.tries >= ENOUGH_TRIES
    )


def _counted(channel: DrilledChannel, found: DrillEvidence, elapsed: float) -> ChannelOutcome:
    elsewhere = (found.bridge or 0) if _is_mixed(channel, found) else 0
    if found.rise.taken - elsewhere >= found.sharing:
        remark = _remark(channel, found, elsewhere)
        return ChannelOutcome(result=DrillResult.TOOK, seconds=elapsed, why=remark)
    return _missing(found)


def _is_mixed(channel: DrilledChannel, found: DrillEvidence) -> bool:
    """Whether webhooks that the bridge takes are counted with the channel's own."""
    return channel.is_mixed and not found.rise.by_receiver


def _missing(found: DrillEvidence) -> ChannelOutcome:
    rise = found.rise
    if rise.given_up:
        why = " ".join(filter(None, ("Alertmanager gave it up", _in_brackets(rise.reasons))))
        # While others of the integration go on, the one that failed may be theirs.
        return _failed(why, found, is_final=rise.given_up + rise.taken >= rise.begun)
    if rise.refused:
        times = "once" if rise.refused == 1 else f"{rise.refused} times"
        return _failed(f"refused {times}, and Alertmanager goes on trying", found, is_final=False)
    if rise.begun:
        return _failed("Alertmanager tries, and there is no answer yet", found, is_final=False)
    why = "Alertmanager sent nothing"
    return ChannelOutcome(result=DrillResult.NOTHING, why=why, is_final=False)


def _failed(why: str, found: DrillEvidence, *, is_final: bool) -> ChannelOutcome:
    text = f"{why}: {found.log}" if found.log else why
    return ChannelOutcome(result=DrillResult.FAILED, why=text, is_final=is_final)


def _in_brackets(reasons: tuple[str, ...]) -> str:
    return f"({', '.join(reasons)})" if reasons else ""


def _remark(channel: DrilledChannel, found: DrillEvidence, elsewhere: int) -> str:
    """Return what makes a success less than certain."""
    if channel.to_bridge:
        return "as Alertmanager counts: the bridge's journal cannot be read on this machine"
    if _is_mixed(channel, found) and found.bridge is None:
        return "maybe a webhook to the bridge was counted: the bridge's metrics cannot be read"
    if found.rise.refused:
        return f"after {found.rise.refused} that failed" + (f": {found.log}" if found.log else "")
    if found.rise.begun - elsewhere > found.sharing * found.servers:
        return f"other messages by {channel.integration} went out meanwhile and are counted, too"
    return ""
