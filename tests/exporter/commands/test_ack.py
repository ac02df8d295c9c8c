"""`ionmon ack` and `ionmon alerts` against a real bridge and a real Alertmanager."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import bcrypt
import pytest

from exporter import cli
from exporter.bridge.alert_rows import AcknowledgedBy, AlertRow
from exporter.bridge.api_client import Acknowledged, FiringList
from exporter.commands import ack, alerts
from exporter.errors import IonmonError
from tests import servers
from tests.docs.json_keys import unlike_page
from tests.exporter.bridge.bridges import RunningBridge, bridge

PASSWORD = "ada:ada's"
LOGIN = {"Authorization": f"Basic {b64encode(PASSWORD.encode()).decode()}"}
CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"
ROW = AlertRow(
    id="5f3a91c2e07d4b18",
    alert="ErrorRateCritical",
    severity="critical",
    summary="Too many requests fail",
    description="",
    check="",
    value="4.2%",
    limit="1%",
    place="checkout in europe-west1",
    since=1000.0,
    acknowledged=None,
    next_escalation=2860.0,
    escalated=False,
    silenced=False,
    muted=False,
    labels=(),
    links=(),
)
OTHER = replace(ROW, id="5f3a000000000000", place="cart in europe-west1")


def test_the_table_says_what_happens_next() -> None:
    """Each alert with its age, who has it, and when somebody else is notified."""
    by = replace(ROW, acknowledged=AcknowledgedBy("ada", 1900.0, "rolling back"))
    by = replace(by, next_escalation=None, silenced=True)
    escalated = replace(OTHER, escalated=True, next_escalation=None)
    late = replace(OTHER, next_escalation=1900.0, value_at=1700.0)
    lines = alerts.text(FiringList((ROW, by, escalated, late), (), 2000.0)).splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == [ROW.id, ROW.id]
    assert "16m ago" in lines[1]
    assert lines[1].endswith("escalated in 14m")
    assert "by ada, 1m ago: rolling back" in lines[2]
    assert lines[2].endswith("silenced")
    assert lines[3].endswith("escalated")
    assert lines[4].endswith("escalation is due since 1m")
    assert "4.2%, 5m ago (limit 1%)" in lines[4]
    assert "4.2% (limit 1%)" in lines[3]
    late = FiringList((ROW,), (), 2000.0, as_of=1700.0)
    asked = "The servers were asked at 1 Jan 1970 00:28 UTC, 5m ago."
    assert alerts.text(late).splitlines()[-1] == asked
    assert alerts.text(replace(late, alerts=())) == f"Nothing fires. {asked}"
    assert alerts.text(FiringList((), (), 0.0)) == "Nothing fires."
    assert alerts.text(FiringList((), ("away",), 0.0, known=False)) == "What fires is not known."


def test_names_and_ids_are_found() -> None:
    """An id may be cut; a name that fires twice needs --all, and what fires not is an error."""
    rows = (ROW, OTHER)
    assert ack.chosen(rows, [ROW.id], every=False) == (ROW.id,)
    assert ack.chosen(rows, ["5f3a9"], every=False) == (ROW.id,)
    assert ack.chosen(rows, ["ErrorRateCritical"], every=True) == (ROW.id, OTHER.id)
    with pytest.raises(IonmonError, match="2 incidents fire; name one by its id, or give --all"):
        ack.chosen(rows, ["ErrorRateCritical"], every=False)
    with pytest.raises(IonmonError, match="2 incidents fire"):
        ack.chosen(rows, ["5f3a"], every=False)
    with pytest.raises(IonmonError, match="give at least four characters of its id"):
        ack.chosen(rows, ["5f3"], every=True)
    away = ack.unknown(FiringList((), ("a: it is away",), 0.0, known=False))
    with pytest.raises(IonmonError, match="give at least four characters of its id"):
        ack.chosen(rows, ["5f3"], every=True, unknown=away)
    stated = ("ErrorRateCritical", "ErrorRateWarning")
    does_not = "^ErrorRateWarning does not fire now; these do: ErrorRateCritical$"
    with pytest.raises(IonmonError, match=does_not):
        ack.chosen(rows, ["ErrorRateWarning"], stated, every=True)
    with pytest.raises(IonmonError, match="does not fire now; nothing does"):
        ack.chosen((), ["ErrorRateWarning"], stated, every=True)
    for name in ("Other", ""):
        with pytest.raises(IonmonError, match="no such alert fires"):
            ack.chosen(rows, [name], every=True)
    with pytest.raises(IonmonError, match=r"^Other: whether such an alert fires is not known"):
        ack.chosen(rows, ["Other"], every=True, unknown=away)
    with pytest.raises(IonmonError, match="did you mean 'ErrorRateCritical'"):
        ack.chosen(rows, ["errorratecritical"], every=True)


def test_what_is_not_known_has_its_reason_and_its_end() -> None:
    """A server that is away is looked for; after a start, there is a time to wait for."""
    started = FiringList((), (), 1000.0, known=False, known_at=1200.0)
    assert "has just started; it is known at 00:20:00 UTC, in 3m 20s" in ack.unknown(started)
    away = replace(started, faults=("a: it is away",), known_at=None)
    assert "ionmon alerts names those that do not answer" in ack.unknown(away)
    assert ack.unknown(replace(started, known=True)) == ""


def test_each_result_is_a_sentence() -> None:
    """What became of it, who has it, and whether it may be escalated all the same."""
    found = Acknowledged(
        id="a", alert="A", result="acknowledged", acknowledged=None, may_escalate=False
    )
    assert ack.text(found) == "A (a) is not acknowledged: it does not fire"
    unknown = replace(found, alert="", result="not known")
    assert ack.text(unknown).startswith("an alert (a): whether it fires is not known")
    by = replace(found, acknowledged=AcknowledgedBy("ada", 0.0, ""))
    assert ack.text(by) == "A (a) is acknowledged by ada"
    already = replace(by, result="already acknowledged")
    assert ack.text(already) == "A (a) was acknowledged already, by ada"
    lost = "by ada; your comment was not kept, as theirs stands: --withdraw it first"
    assert ack.text(already, "rolling back").endswith(lost)
    assert ack.text(replace(by, may_escalate=True)).endswith("it may be escalated")
    withdrawn = replace(by, result="withdrawn")
    assert ack.text(withdrawn) == "A (a) is acknowledged by nobody now, ada had it"
    stays = "; in PagerDuty it stays acknowledged, escalate it there"
    assert ack.text(replace(withdrawn, pagerduty=True)).endswith(stays)
    nobody = replace(found, result="not acknowledged")
    assert ack.text(nobody) == "A (a): nobody has acknowledged it"


@dataclass
class Started:
    """A bridge with users, and an Alertmanager in which an alert fires."""

    home: Path
    bridge: RunningBridge
    alertmanager: servers.Alertmanager

    def run(self, *words: str, user: str = "ada", password: str = "ada's") -> int:
        """Run a command as a user."""
        (self.home / "password").write_text(f"{password}\n")
        (self.home / "password").chmod(0o600)
        login = ("--user", user, "--password-file", str(self.home / "password"))
        return cli.run([*words, "--config", str(self.home / "monitoring.yaml"), *login])


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Start both, with an alert that fires in two regions."""
    home = tmp_path_factory.mktemp("ack")
    (home / "alertmanager.yml").write_text(CONFIG)
    hashed = bcrypt.hashpw(b"ada's", bcrypt.gensalt(4)).decode()
    (home / "web.yml").write_text(f"basic_auth_users: {{ada: {hashed}}}\n")
    with servers.alertmanager(home, home / "alertmanager.yml") as running:
        running.post([_alert("region-1"), _alert("region-2")])
        at = {"alertmanagers": [f"127.0.0.1:{running.port}"]}
        at |= {"address": f"127.0.0.1:{servers.free_port()}"}
        web = ("--web.config.file", str(home / "web.yml"))
        with bridge(home, None, *web, prometheus=at) as found:
            yield Started(home, found, running)


def _alert(region: str) -> dict[str, Any]:
    labels = {"alertname": "CPUHigh", "severity": "medium", "region": region}
    return {"labels": labels, "annotations": {"value": "81%", "summary": "The CPU is busy"}}


def _listed(started: Started, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert started.run("alerts", "--json") == 1  # no Prometheus answers: more may fire
    body = json.loads(capsys.readouterr().out)
    assert unlike_page("alerts", body) == []
    found: list[dict[str, Any]] = body["alerts"]
    return found


@pytest.mark.slow
def test_an_alert_is_listed_and_acknowledged(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its id; the other region of its name stays as it is. The password is nowhere."""
    servers.wait_until(lambda: len(_listed(started, capsys)) == 2, "both alerts")
    first = next(a for a in _listed(started, capsys) if ["region", "region-1"] in a["labels"])
    assert started.run("ack", "CPUHigh") == 1
    said = capsys.readouterr().err
    assert "CPUHigh: 2 incidents fire" in said
    assert said.endswith("\nnothing was acknowledged\n")
    assert started.run("ack", first["id"], "Other", "--withdraw") == 1
    assert capsys.readouterr().err.endswith("\nno acknowledgement was withdrawn\n")
    assert started.run("ack", "Other") == 1
    assert "whether such an alert fires is not known" in capsys.readouterr().err
    assert started.run("ack", first["id"][:8], "--comment", "scaling up") == 0
    assert capsys.readouterr().out == f"CPUHigh ({first['id']}) is acknowledged by ada\n"
    assert started.run("alerts") == 1
    out, err = capsys.readouterr()
    *lines, asked = out.splitlines()[1:]
    assert re.fullmatch(r"The servers were asked at .* UTC, \d+s ago\.", asked)
    assert sorted(bool(re.search(r"by ada, \d+s ago: scaling up", line)) for line in lines) == [
        False,
        True,
    ]
    assert "the bridge does not reach every server: Prometheus" in err
    assert started.run("ack", first["id"]) == 0
    assert "was acknowledged already, by ada" in capsys.readouterr().out
    assert started.run("ack", "CPUHigh", "--all") == 0
    assert {a["acknowledged"]["user"] for a in _listed(started, capsys)} == {"ada"}
    assert started.run("ack", "--withdraw", first["id"], "--comment", "why") == 2
    assert started.run("ack", "--withdraw", first["id"]) == 0
    assert "is acknowledged by nobody now, ada had it" in capsys.readouterr().out
    assert started.run("ack", "--withdraw", first["id"]) == 1
    assert "nobody has acknowledged it" in capsys.readouterr().out
    assert [a["acknowledged"] for a in _listed(started, capsys) if a["id"] == first["id"]] == [None]
    assert started.run("ack", first["id"], "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert unlike_page("ack", body) == []
    assert (body["results"][0]["result"], body["results"][0]["alert"]) == (
        "acknowledged",
        "CPUHigh",
    )
    assert "ada's" not in started.bridge.log
    metric = replace(started.bridge, headers=LOGIN).metric
    servers.wait_until(lambda: metric("ionmon_bridge_acknowledgements") == 2, "both to be counted")
    where = f"Alertmanager 127.0.0.1:{started.alertmanager.port}"
    assert metric(f'ionmon_bridge_server_up{{server="{where}"}}') == 1


@pytest.mark.slow
def test_who_is_not_known_sees_and_acknowledges_nothing(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong password, an unknown user, and no user at all are refused, with the fix."""
    assert started.run("alerts", password="wrong") == 1
    assert "knows no such user and password; give --user" in capsys.readouterr().err
    assert started.run("ack", "CPUHigh", user="bob") == 1
    assert cli.run(["alerts", "--config", str(started.home / "monitoring.yaml")]) == 1
    assert "the bridge asks for a user" in capsys.readouterr().err
    status, _ = started.bridge.ask("/api/alerts")
    assert status == 401
    assert started.bridge.ask("/incident/feed/acknowledge", "POST", b"token=x")[0] == 401


@pytest.mark.slow
def test_another_server_is_no_bridge(
    started: Started, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What answers otherwise is named, and so is a bridge that is not there."""
    port = started.alertmanager.port
    assert cli.run(["alerts", "--url", f"http://127.0.0.1:{port}"]) == 1
    said = capsys.readouterr().err
    assert f"127.0.0.1:{port}: no bridge answers there: " in said
    assert "name its address with --url" in said
    assert cli.run(["alerts", "--url", f"http://127.0.0.1:{servers.free_port()}"]) == 1
    assert "no bridge answers" in capsys.readouterr().err
    (tmp_path / "m.yaml").write_text("service: {name: ion}\n")
    assert cli.run(["alerts", "--config", str(tmp_path / "m.yaml")]) == 3
    assert "no bridge is configured" in capsys.readouterr().err


@pytest.mark.slow
def test_the_button_of_the_page_acknowledges(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over HTTP, with a password, and not from a page of another site."""
    labels = {"alertname": "MemoryHigh", "severity": "medium", "region": "region-1"}
    started.alertmanager.post([{"labels": labels}])
    web = replace(started.bridge, headers=LOGIN)

    def found() -> str:
        return next((a["id"] for a in _listed(started, capsys) if a["alert"] == "MemoryHigh"), "")

    servers.wait_until(lambda: bool(found()), "the alert")
    status, html = web.ask(f"/incident/{found()}")
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    body = urlencode({**form, "comment": "on it"}).encode()
    path = f"/incident/{found()}/acknowledge"
    assert (status, web.ask(path, "POST", body, {"Sec-Fetch-Site": "cross-site"})[0]) == (200, 403)
    assert web.ask(path, "POST", body, {"Origin": "https://evil.example.com"})[0] == 403
    assert web.ask(path, "POST", b"comment=on+it")[0] == 403
    assert web.ask(path, "POST", body, {"Sec-Fetch-Site": "same-origin"})[0] == 303
    assert "Acknowledged by ada" in web.ask(f"/incident/{found()}")[1]
    assert "MemoryHigh" in web.ask("/")[1]
