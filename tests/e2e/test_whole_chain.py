"""Each alert reaches its receivers in time, of the whole chain, and nobody else; all is printed.

Of three regions that break at once the first is acknowledged by the command, the third by the
button of its page, and the second by nobody: it alone is escalated.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from exporter.catalog.alert_names import ESCALATION_ALERT
from generators.alertmanager.plan import Timers
from tests.e2e import whole_chain
from tests.e2e.hurried_chain import AFTER, HEAD, SECOND, SLACK, TEAM
from tests.e2e.messages import ACKNOWLEDGED, FIRING, PAGERDUTY, RESOLVED, SENTRY, Message, table
from tests.e2e.whole_chain import ASIA, EU, FAULTS, US, WholeChain
from tests.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]

MENTION = "<!subteam^S0123ABCD>"
PAGED, SEEN, ESCALATED = (PAGERDUTY, SLACK), (SLACK, TEAM), (SECOND, HEAD)
WITHIN = 10.0  # seconds from the rule that fires to PagerDuty
OVER = "SLABreach"  # the last that ends: it looks at the last half hour
EXPECTED = (
    ("ErrorRateCritical", US, PAGED),
    ("ErrorRateCritical", EU, PAGED),
    ("ResponseTimeCritical", ASIA, PAGED),
    (OVER, "", PAGED),
    (ESCALATION_ALERT, EU, ESCALATED),
    ("DatabaseLag", EU, SEEN),
    ("DatabaseLag", ASIA, SEEN),
    ("ErrorBudgetBurn", "", SEEN),
    ("CacheHitRateLow", "", (SLACK,)),
    ("MemoryHigh", US, (SENTRY,)),
    *(("CPUHigh", region, (SENTRY,)) for region in (US, EU, ASIA)),
)
# Time is quickened by flags, about which Prometheus may be too busy to answer.
QUICKENED = "PrometheusFlagWrong"
GOES_ON = ("ErrorBudgetBurn",)  # at the end; Sentry is told of no end
TAKEN = {("ErrorRateCritical", US), ("ResponseTimeCritical", ASIA), (OVER, "")}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WholeChain, list[Message]]]:
    """Let it begin, be acknowledged, be escalated and be over, once for all tests."""
    with whole_chain.running(tmp_path_factory.mktemp("chain")) as chain:
        chain.acknowledge(chain.incident("ErrorRateCritical", US))
        chain.press(chain.incident("ResponseTimeCritical", ASIA))
        chain.incident(OVER)
        chain.acknowledge(OVER, "--all")
        wait_until(lambda: _is_over(chain), "the end", within=200)
        found = chain.messages()
        print(f"\n{table(found)}\n{waits(chain, found)}")  # noqa: T201 - what a reader looks at
        yield chain, found


def _is_over(chain: WholeChain) -> bool:
    ended = [one for one in chain.messages() if (one.alert, one.sent) == (OVER, RESOLVED)]
    return {one.channel for one in ended} == {*PAGED}


@pytest.fixture
def sent(outcome: tuple[WholeChain, list[Message]]) -> list[Message]:
    """Return what every channel took."""
    return outcome[1]


def waits(chain: WholeChain, found: list[Message]) -> str:
    """Return how long it took at most from a rule that fired to each channel, but `group_wait`."""
    longest = dict[str, float]()
    for (*_, channel), late in lateness(chain, found).items():
        longest[channel] = max(longest.get(channel, 0.0), late)
    return "\n".join(f"from the rule to {to}: {late:.1f} s" for to, late in longest.items())


def lateness(
    chain: WholeChain, found: list[Message]
) -> dict[tuple[str, tuple[str, ...], str], float]:
    """Return the machine's seconds from rule to channel beyond `group_wait`; not of Sentry's."""
    return {
        (one.alert, one.of, one.channel): late
        for one in found
        if one.channel != SENTRY and one.alert != QUICKENED
        if (late := chain.late(one)) is not None
    }


def expected() -> Iterator[tuple[str, str, str, str]]:
    """Yield alert, region, what is said of it, and channel."""
    for alert, region, channels in EXPECTED:
        for channel in channels:
            yield alert, region, FIRING, channel
            if alert not in GOES_ON and channel != SENTRY:
                yield alert, region, RESOLVED, channel


def test_exactly_the_right_ones_are_notified(sent: list[Message]) -> None:
    """Each once when it begins and once when it is over; nothing is missing, and nothing else."""
    told = [one for one in sent if one.sent != ACKNOWLEDGED and one.alert != QUICKENED]
    found = Counter((one.alert, "".join(one.of), one.sent, one.channel) for one in told)
    assert found == Counter(expected()), table(sent)


def test_a_critical_alert_pages_within_ten_seconds(
    outcome: tuple[WholeChain, list[Message]],
) -> None:
    """From the evaluation at which its rule fires: `group_wait`, and what the programs need.

    The first is quickened here, and counts as it is configured. The second is measured: it is
    some tenths of a second, so that five are enough on a busy machine, and too few if anything
    waits. What is not critical is no later than that after its own `group_wait`.
    """
    found = lateness(*outcome)
    paged = {(alert, "".join(of)) for alert, of, channel in found if channel == PAGERDUTY}
    assert paged == {(alert, region) for alert, region, to in EXPECTED if to == PAGED}
    assert {channel for *_, channel in found} == {PAGERDUTY, SLACK, TEAM, SECOND, HEAD}
    assert Timers().critical.wait + max(found.values()) < WITHIN, found


def test_what_is_critical_mentions_somebody_while_it_fires(sent: list[Message]) -> None:
    """Neither its end nor anything else does."""
    mentioning = {(one.alert, one.sent) for one in sent if one.mention}
    assert mentioning == {(alert, FIRING) for alert, _, to in EXPECTED if to == PAGED}
    assert {one.mention for one in sent} == {"", MENTION}


def test_what_is_acknowledged_is_acknowledged_at_pagerduty(sent: list[Message]) -> None:
    """Or its own policy would go on; nothing else is."""
    given = [one for one in sent if one.sent == ACKNOWLEDGED]
    assert {(one.alert, "".join(one.of)) for one in given} == TAKEN
    assert {one.channel for one in given} == {PAGERDUTY}


def test_the_escalation_comes_after_its_time(sent: list[Message]) -> None:
    """Half an hour after its condition began, which was before the first page."""
    pages = [one.at for one in sent if (one.alert, one.of) == ("ErrorRateCritical", (EU,))]
    escalated = [one.at for one in sent if one.alert == ESCALATION_ALERT and one.sent == FIRING]
    for_ = 3  # minutes of ErrorRateCritical
    assert min(escalated) >= min(pages) - for_ - Timers().critical.wait / 60 + AFTER / 60 - 1


def test_every_fault_of_sentry_was_met(outcome: tuple[WholeChain, list[Message]]) -> None:
    """429, 413, 503 and silence cost time and a part of a text; no alert, and none is twice."""
    chain, _ = outcome
    assert chain.faults == []
    events = zip(chain.sentry.posts, chain.sentry.answered, strict=True)
    answered = [status for (kind, _), status in events if kind == "event"]
    assert sorted(answered)[-len(FAULTS) :] == sorted(each.status for each in FAULTS)
    ids = [event["event_id"] for event in chain.sentry.accepted]
    assert len(ids) == len(set(ids)) == 4
    assert chain.bridge.metric('ionmon_bridge_dead_letters{target="sentry"}') == 0


def test_the_stand_ins_had_nothing_to_refuse(outcome: tuple[WholeChain, list[Message]]) -> None:
    """Every event is one of PagerDuty's; every mail came through TLS, and after a login."""
    chain, _ = outcome
    assert chain.web.faults == []
    assert {(mail.encrypted, mail.user) for mail in chain.mail.mails} == {(True, "ion")}
    assert chain.web.at("/heartbeat") != []
