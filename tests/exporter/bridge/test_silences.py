"""Silences are read from every Alertmanager, and one that does not answer costs itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.silences import Silence, SilenceIndex, SilenceMatcher, silences
from tests.counting import is_linear
from tests.servers import alertmanager, free_port

CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"


def moment(at: float) -> str:
    """Return a time as the API takes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


@pytest.mark.slow
def test_a_silence_of_a_real_alertmanager(tmp_path: Path) -> None:
    """Its author, comment, times and matchers are read; a dead Alertmanager beside it is named."""
    (tmp_path / "am.yml").write_text(CONFIG)
    now = time.time()
    matchers = [
        {"name": "alertname", "value": "CPUHigh", "isRegex": False, "isEqual": True},
        {"name": "region", "value": "us-.*", "isRegex": True, "isEqual": False},
    ]
    body = {"matchers": matchers, "createdBy": "ada", "comment": "deploy"}
    with alertmanager(tmp_path, tmp_path / "am.yml") as server:
        times = {"startsAt": moment(now), "endsAt": moment(now + 3600)}
        server.post({**body, **times}, "silences")
        gone = f"127.0.0.1:{free_port()}"
        found, faults = silences((f"127.0.0.1:{server.port}", gone, f"127.0.0.1:{server.port}"))
    (silence,) = found
    assert (silence.author, silence.comment) == ("ada", "deploy")
    assert silence.until == pytest.approx(now + 3600, abs=1)
    assert [*map(str, silence.matchers)] == ["alertname=CPUHigh", "region!~us-.*"]
    assert silence.covers({"alertname": "CPUHigh", "region": "europe-west1"})
    assert silence.covers({"alertname": "CPUHigh", "region": "us-central1"}) is False
    assert silence.covers({"alertname": "MemoryHigh"}) is False
    assert len(faults) == 1
    assert gone in faults[0]


@pytest.mark.parametrize(
    ("value", "actual", "matches"),
    [
        ("a|b", "b", True),
        ("a|b", "ab", False),
        (".*-central1", "us-central1", True),
        ("(a+)+$", "b", None),
    ],
)
def test_an_expression_is_matched_as_a_whole(value: str, actual: str, matches: bool | None) -> None:
    """Alertmanager anchors expressions; one that could run for ever is not run, nor guessed."""
    plain, negative = (SilenceMatcher("x", value, regex=True, equal=one) for one in (True, False))
    assert plain.matches({"x": actual}) is matches
    assert negative.matches({"x": actual}) is (None if matches is None else not matches)


def silence(*matchers: SilenceMatcher) -> Silence:
    """Return a silence."""
    return Silence(id="1", matchers=matchers, author="ada", comment="", began=0.0, until=1.0)


def test_what_is_not_known_of_one_matcher_may_be_known_of_its_silence() -> None:
    """A matcher that does not match decides; so does another silence that does."""
    unknown = SilenceMatcher("region", "(us|eu)-.*", regex=True, equal=False)
    cpu = SilenceMatcher("alertname", "CPUHigh", regex=False, equal=True)
    index = SilenceIndex((silence(unknown, cpu),))
    assert index.cover((("alertname", "CPUHigh"), ("region", "x"))) is None
    assert index.cover((("alertname", "MemoryHigh"), ("region", "x"))) is False
    both = SilenceIndex((silence(unknown, cpu), silence(cpu)))
    assert both.cover((("alertname", "CPUHigh"), ("region", "x"))) is True
    assert SilenceIndex((silence(unknown),)).cover((("alertname", "CPUHigh"),)) is None


def test_twice_as_many_silences_are_twice_the_work() -> None:
    """An alert meets the silences of its own labels, and those that have none in full."""

    def work(count: int) -> Callable[[], object]:
        names = [f"A{at}" for at in range(count)]
        named = (SilenceMatcher("alertname", one, regex=False, equal=True) for one in names)
        index = SilenceIndex(map(silence, named))
        return lambda: [index.cover((("alertname", one),)) for one in names]

    assert is_linear(work)
