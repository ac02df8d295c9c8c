"""Labels whose values are markup, commands or 100 kB, in every channel and everything that shows.

Alertmanager and the bridge are real; what Prometheus would send is posted.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.marked_secrets import MONITORING_CONFIG
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.running import IONMON
from tests.generators.alertmanager.live import Live, alert, live, parts
from tests.sentry import LARGEST, Answer, Sentry, sentry
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.slow

MARK = "hostile"
MARKUP = (
    "<!channel> <@U0123> @here *b* _i_ `c` ~s~ <https://evil.example|click> &<b>x</b>\"'>"
    '<script>alert(1)</script><img src=x onerror=y>{{ 7*7 }}{{ template "ion.plain" . }} %s ${x}'
)
CONTROLS = (
    "\r\nBcc: eve@evil.example\r\n\r\n\x00\x1b[31m\x1b]0;title\x07\x9b2J\u202elive\u2066\u2028x\t"
)
HOSTILE = f"{MARK}{MARKUP}{CONTROLS}"
HUGE = f"{MARK}{'h' * 100_000}"
# What no text may have: it ends lines, moves a cursor, or changes the direction of what follows.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
SLACK_TEXT, SLACK_TITLE, PAGE = 40_000, 2_000, 60_000  # characters
HEADER, USER = "X-User", "eve<img src=x onerror=y>"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Shown:
    """What runs, and what is below the bridge's folder."""

    live: Live
    bridge: RunningBridge
    sentry: Sentry

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command on the bridge's settings, and return what it prints."""
        command = [*IONMON, *words, "--config", str(self.bridge.home / "monitoring.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def rows(self) -> list[dict[str, Any]]:
        """Return what fires, by the bridge's API."""
        return rows(self.bridge)


def rows(found: RunningBridge) -> list[dict[str, Any]]:
    """Return what fires, by a bridge's API."""
    listed: list[dict[str, Any]] = json.loads(found.ask("/api/alerts")[1])["alerts"]
    return listed


def sent() -> Iterator[dict[str, Any]]:
    """Yield an alert for each channel, with each value; names of labels are Prometheus' own."""
    for severity in ("critical", "high", "low"):
        for number, value in enumerate((HOSTILE, HUGE)):
            # A project each, so that they share no message.
            own = {"gcp_project": f"project-{severity}-{number}", "endpoint": value}
            found = alert("ErrorRateCritical", severity, value, **own)
            # As Prometheus writes them, with the value of the label in them.
            found["annotations"]["dashboard_url"] += f"&var-service={quote(value, safe='')}"
            found["generatorURL"] += f"&g1.expr={quote(value, safe='')}"
            yield found


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Let the alerts fire, and everybody be notified."""
    home, port = tmp_path_factory.mktemp("hostile"), free_port()
    (home / "bridge").mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(sentry())
        (home / "bridge" / "dsn").write_text(server.dsn)
        # One is too large, and one is refused for good: with words of the server's own.
        server.script = [Answer(413), Answer(400, body=HOSTILE.encode(errors="replace"))]
        found = stack.enter_context(_bridge(home / "bridge", port))
        at = {"sentry": {"dsn_file": "dsn"}, "webhook": {"url": "http://127.0.0.1:1/"}}
        at["bridge"] = {"address": f"127.0.0.1:{found.port}", "url": "https://bridge.example.com"}
        running = stack.enter_context(live(home, port=port, **at))
        every = [*sent()]
        running.fire(*every)
        wait_until(lambda: len(running.slack(MARK)) == 4, "the messages")
        wait_until(lambda: len(running.pagerduty(MARK)) == 2, "the events")
        wait_until(lambda: len(running.mails(MARK)) == 2, "the mails")
        wait_until(lambda: not server.script and len(server.events) == 3, "Sentry's events")
        wait_until(lambda: len(rows(found)) == len(every), "all of them at the bridge")
        yield Shown(running, found, server)


def _bridge(home: Path, alertmanager: int) -> Any:
    return bridge(
        home,
        {
            "sentry": {"dsn_file": "dsn"},
            "bridge": {"trusted_proxies": ["127.0.0.1"], "user_header": HEADER},
        },
        prometheus={
            "address": f"127.0.0.1:{free_port()}",
            "alertmanagers": [f"127.0.0.1:{alertmanager}"],
        },
        storage={"monitoring_config": str(MONITORING_CONFIG)},
    )


def unseen(texts: Iterable[str]) -> list[str]:
    """Return what texts have that no reader sees, and that acts."""
    return [found for text in texts for found in UNSEEN.findall(text)]


def html_is_harmless(html: str) -> bool:
    """Return whether a page has none of the elements that a value has, and leads nowhere else."""
    marks = re.findall(r"<(?:script|img|b)\b(?! src=\"data:image/png;)", html)
    return not (marks or re.search(r'(href|src)="https?:[^"?;]*evil', html) or unseen([html]))


def test_slack(shown: Shown) -> None:
    """Nobody is mentioned by a value, nothing is formatted, and a message stays one."""
    for message in shown.live.slack(MARK):
        texts = [message["title"], message["text"], message["fallback"]]
        assert unseen(texts) == []
        for text in texts:
            written = re.sub(r"<https://[^|<>\s]*\|\w+>", "", text)  # our own links
            assert not set("<>`*~") & set(written)
            assert not re.search(r"@(here|channel|U0123)|evil\.example", written)
        assert message.get("pretext", "") in ("", "<!subteam^S0123ABCD>")
        assert len(message["title"]) < SLACK_TITLE
        assert len(message["text"]) < SLACK_TEXT


def test_pagerduty(shown: Shown) -> None:
    """The events are such as PagerDuty takes, and of the length that it shows."""
    assert shown.live.web.faults == []
    for event in shown.live.pagerduty(MARK):
        payload = event["payload"]
        details = payload["custom_details"].values()
        assert unseen([payload["summary"], payload["source"], *map(str, details)]) == []


def test_mail(shown: Shown) -> None:
    """A value adds no header and no part, and its markup is text."""
    usual = {"subject", "to", "from", "message-id", "date", "content-type", "mime-version"}
    for to, mail in shown.live.mails(MARK):
        assert to == ["team@example.com"]
        assert {name.lower() for name in dict(mail)} <= usual
        assert "\n" not in mail["Subject"]
        plain, html = parts(mail)
        assert unseen([str(mail["Subject"]), plain.replace("\r", "")]) == []
        assert html_is_harmless(html.replace("\r", ""))
        assert [part.get_content_type() for part in mail.iter_parts()] == [
            "text/plain",
            "text/html",
        ]


def test_sentry(shown: Shown) -> None:
    """An event keeps to Sentry's limits; one that is too large all the same is cut and taken."""
    assert sorted(shown.sentry.answered) == [200, 400, 413]
    for event in shown.sentry.events:
        assert len(json.dumps(event)) < LARGEST
        assert unseen([event["logentry"]["formatted"], *event["tags"].values()]) == []


def test_the_bridges_pages(shown: Shown) -> None:
    """Every page shows the markup as text."""
    for path in ("/", *(f"/incident/{row['id']}" for row in shown.rows())):
        status, html = shown.bridge.ask(path)
        assert status == 200
        assert html_is_harmless(html)
        assert len(html) < PAGE


def test_an_acknowledgement(shown: Shown) -> None:
    """Neither a user nor a comment harms the page, Alertmanager, or who lists what fires."""
    who = {HEADER: USER}
    ids = [row["id"] for row in shown.rows() if row["severity"] == "critical"]
    body = json.dumps({"alerts": ids, "comment": HOSTILE}).encode()
    json_ = {"Content-Type": "application/json"}
    assert shown.bridge.ask("/api/acknowledge", "POST", body, who | json_)[0] == 200

    def given() -> list[dict[str, Any]]:
        held = shown.live.alertmanager.alerts()
        return [each for each in held if each["labels"]["alertname"] == "Acknowledged"]

    for row in shown.rows():
        if row["id"] in ids:
            assert row["acknowledged"]["user"] == USER
            assert unseen([row["acknowledged"]["comment"]]) == []
            assert html_is_harmless(shown.bridge.ask(f"/incident/{row['id']}")[1])
    assert all(unseen(each["annotations"].values()) == [] for each in given())
    assert html_is_harmless(shown.bridge.ask("/")[1])


def test_a_terminal(shown: Shown) -> None:
    """No command writes what a terminal would obey; a table has a line for each row."""
    journal = ("--storage.journal-file", str(shown.bridge.journal))
    printed = shown.run("alerts", code=1)
    # A head, and twice that Prometheus is away: below the table, and as the error.
    assert len(printed.splitlines()) == len(shown.rows()) + 3
    dead = shown.run("bridge", "dead", *journal)
    assert len(dead.splitlines()) == 2
    assert "Sentry answered 400" in dead
    # No Prometheus runs: what fired is not known.
    more = (shown.run("alerts", flag, code=1) for flag in ("--history", "--json"))
    assert unseen([printed, dead, *more, shown.bridge.log]) == []


def test_the_digest(shown: Shown) -> None:
    """Its HTML and its text have the alerts, and nothing of what their values ask for."""
    file = shown.bridge.home / "digest.html"
    journal = ("--storage.journal-file", str(shown.bridge.journal))
    # No Prometheus runs: what fires is not known.
    text = shown.run("digest", "--stdout", "--html", str(file), *journal, code=1)
    assert "ErrorRateCritical" in text
    assert unseen([text]) == []
    assert max(map(len, text.splitlines())) <= 80
    assert html_is_harmless(file.read_text())
