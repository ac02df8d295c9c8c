"""What the sink keeps and prints, and how its pages show it."""

from exporter.simulator.sink import page
from exporter.simulator.sink.inbox import MOST, Inbox, printed
from exporter.simulator.sink.message import ChannelMessage, LinkedText
from tests.clocks import HandClock

HOSTILE = "</div><script>alert()</script>\" onload='x'"


def message(title: str, **more: str) -> ChannelMessage:
    """Return a message in Slack."""
    return ChannelMessage(channel="Slack", to="#ion", title=title, **more)


def test_the_newest_are_kept() -> None:
    """Beyond the bound the oldest is gone; each keeps the number that its page has."""
    inbox = Inbox(HandClock(), lambda _: None)
    for number in range(MOST + 1):
        inbox.add(message(f"m{number}"))
    kept = inbox.newest_first()
    assert (len(kept), kept[0].message.title, kept[-1].message.title) == (MOST, f"m{MOST}", "m1")
    assert inbox.find(1) is None
    found = inbox.find(2)
    assert found is not None
    assert found.message.title == "m1"


def test_a_message_is_printed_in_two_lines() -> None:
    """Its line breaks are no lines of the terminal, and long ones are cut."""
    found = ChannelMessage(
        channel="Mail",
        to="a@example.com",
        title="HIGH:\nx",
        body=(LinkedText("first\nsecond "), LinkedText("y" * 500, "https://y")),
    )
    head, body = printed(found)
    assert head == "Mail (a@example.com): HIGH: x"
    assert body.startswith("    first second yyy")
    assert (len(body), body[-1]) == (200, "…")


def test_everything_is_escaped() -> None:
    """Whatever a field holds, it is text; in the frame of a mail only its links work."""
    inbox = Inbox(HandClock(now=50_525.0), lambda _: None)
    pieces = (LinkedText(HOSTILE), LinkedText(HOSTILE, f"https://x/{HOSTILE}"))
    inbox.add(
        ChannelMessage(
            channel="Mail",
            to=HOSTILE,
            title=HOSTILE,
            url=f"https://x/{HOSTILE}",
            mention=HOSTILE,
            body=pieces,
            links=pieces[1:],
            html=HOSTILE,
        )
    )
    (arrival,) = inbox.newest_first()
    for shown in (page.overview(inbox), page.single(arrival)):
        assert "<script" not in shown
        assert "onload='x'" not in shown
        assert "14:02:05 UTC" in shown
    assert "<iframe" not in page.overview(inbox)
    single = page.single(arrival)
    assert '<iframe sandbox="allow-top-navigation-by-user-activation" ' in single
    assert "<base target='_top'>&lt;/div&gt;" in single


def test_the_page_says_when_calls_came_last() -> None:
    """The heartbeat is no message: only its time is shown."""
    inbox = Inbox(HandClock(now=50_525.0), lambda _: None)
    inbox.beat("heartbeat")
    shown = page.overview(inbox)
    assert "Last heartbeat: 14:02:05 UTC." in shown
    assert "Nothing has come yet" in shown
    assert "quiet hours" in shown
    demo = page.overview(Inbox(HandClock(now=50_525.0), lambda _: None, "Demo times"))
    assert "some two minutes after" in demo
    assert "quiet hours" not in demo
