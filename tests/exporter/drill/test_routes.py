"""Routes are walked as Alertmanager walks them, and muted when it mutes them."""

import json
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from exporter.bridge.alertmanagers import Alertmanager
from exporter.drill.matching import RouteMatcher, RouteUnknown, matcher, matchers
from exporter.drill.routes import _DEFAULT, _route, running_config
from exporter.drill.time_intervals import contains
from generators.alertmanager.build import CONFIG, configuration
from generators.rules.model import dumped
from tests import servers
from tests.generators.alertmanager import samples
from tests.generators.alertmanager.live import TIMERS

pytestmark = pytest.mark.slow
SHOP = {"owner": "shop", "notifications": {"slack": {"channel": "#shop"}}}
ALERTS = (
    {"alertname": "Drill", "severity": "critical", "region": "r"},
    {"alertname": "Drill", "severity": "high", "team": "shop"},
    {"alertname": "Drill", "severity": "low", "team": "nobody's"},
    {"alertname": "ErrorRateCritical", "severity": "critical", "region": "us-central1"},
    {"alertname": "Watchdog"},
    {"alertname": "Drill", "severity": "escalation"},
    {"alertname": "Drill", "severity": "unheard-of"},
)


def test_a_running_configuration_is_read(tmp_path: Path) -> None:
    """Every alert reaches the receivers that amtool says; times and quiet hours are inherited so.

    The generated configuration is read as a real Alertmanager prints it.
    """
    given = samples.VARIANTS["with a webhook"]
    settings = samples.settings(given, services={"checkout": SHOP})
    path = tmp_path / CONFIG
    path.parent.mkdir(parents=True)
    path.write_text(dumped(configuration(settings, samples.ALERTS, TIMERS)))
    with servers.alertmanager(tmp_path, path) as running:
        config = running_config(Alertmanager(f"127.0.0.1:{running.port}"))
    assert config.version == "0.25.0" or config.version > "0.25"
    for labels in ALERTS:
        routes = list(config.root.taken_by(labels))
        assert sorted(route.receiver for route in routes) == reached(path, labels), labels
    (_, medium, *_) = config.root.taken_by({"alertname": "Drill", "severity": "medium"})
    assert (medium.group_wait, medium.group_interval) == (TIMERS.medium.wait, 1.0)
    assert config.muting(medium, at("2026-11-25 23:30")) == "quiet-hours"
    assert config.muting(medium, at("2026-11-25 12:00")) == ""
    assert [*dict.fromkeys(config.root.values("team"))] == ["shop"]


def reached(path: Path, labels: dict[str, str]) -> list[str]:
    """Return the receivers that amtool says."""
    words = [f"{name}={text}" for name, text in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={path}", *words]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sorted(out.strip().split(","))


def at(text: str) -> float:
    """Return the Unix time of a UTC time."""
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ('team="shop"', "shop", True),
        ("team=shop", "shop", True),
        ('team!="shop"', "shop", False),
        ('team=~"shop|cart"', "cart", True),
        ('team=~"shop"', "shops", False),
        ('team!~"s.*"', "cart", True),
        ('"team"="a\\"b"', 'a"b', True),
        ('team=""', "", True),
    ],
)
def test_each_form_of_a_matcher(text: str, value: str, expected: bool) -> None:
    """All four signs, quoted and bare; a regular expression is of the whole value."""
    assert matcher(text).matches({"team": value}) is expected


VALUES = ("shop", "Shop", "shop-1", "cart", "aab", "ä", "1.5", "a|b", "[:alpha:]", "")
ALIKE = (
    *("shop|cart", "sh.*", "^(shop|cart)$", r"[a-z]+-\d", r"\w+", r"\D{2,4}", "(?:a){2}b?"),
    *(r"1\.5", r"a\|b", "[^s].*?", r"[\[:a-z\]]+", "."),
)
RE2 = (
    "(?i)shop",
    r"\pL+",
    "[[:alpha:]]+",
    "shop|(?i)CART",
    r"\Qa|b\E",
    "sh{,3}op",
    r"\x61ab",
    "s(?P<a>.)op",
)


def test_a_regular_expression_is_judged_as_alertmanager_does_or_not_at_all(tmp_path: Path) -> None:
    """What Python reads as RE2 does agrees with amtool; everything else is named and refused."""
    for value in VALUES:
        found = [one for one in ALIKE if RouteMatcher("team", "=~", one).matches({"team": value})]
        assert sorted(found) == taking(tmp_path, value), value
    for each in RE2:
        with pytest.raises(RouteUnknown, match=r"the matcher team=~.* cannot be judged"):
            matcher(f"team=~{json.dumps(each)}").matches({"team": "shop"})


def taking(folder: Path, value: str) -> list[str]:
    """Return the regular expressions that take a value, as amtool says."""
    below = [
        {"receiver": str(number), "match_re": {"team": each}, "continue": True}
        for number, each in enumerate((*ALIKE, *RE2))
    ]
    names = ["none", *(each["receiver"] for each in below)]
    route = {"receiver": "none", "routes": below}
    path = folder / "am.yml"
    path.write_text(yaml.safe_dump({"route": route, "receivers": [{"name": n} for n in names]}))
    numbers = [int(name) for name in reached(path, {"team": value}) if name != "none"]
    return sorted(ALIKE[number] for number in numbers if number < len(ALIKE))


def test_only_what_decides_has_to_be_judged() -> None:
    """Where another matcher of the route fails, none is asked that cannot be judged."""
    document = {"receiver": "a", "matchers": ['team=~"(?i)shop"', 'severity="low"']}
    route = _route({"receiver": "b", "routes": [document]}, _DEFAULT)
    assert [one.receiver for one in route.taken_by({"severity": "high"})] == ["b"]
    with pytest.raises(RouteUnknown):
        list(route.taken_by({"severity": "low"}))


def test_old_keys_are_matchers_too() -> None:
    """`match` and `match_re`, which versions before 0.22 had alone."""
    found = matchers({"match": {"a": "b"}, "match_re": {"c": "d.*"}, "matchers": ['e="f"']})
    assert all(each.matches({"a": "b", "c": "dd", "e": "f"}) for each in found)
    assert not all(each.matches({"a": "b", "c": "x", "e": "f"}) for each in found)
    for text in ("team", r'team="\a"'):
        with pytest.raises(ValueError, match="is no matcher"):
            matcher(text)


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("weekdays: ['monday:friday']", "2026-11-27 12:00", "2026-11-28 12:00"),
        ("weekdays: [saturday, sunday]", "2026-11-29 12:00", "2026-11-30 12:00"),
        ("days_of_month: ['-1']", "2026-11-30 12:00", "2026-11-29 12:00"),
        ("months: ['november:december']", "2026-11-01 12:00", "2026-10-31 12:00"),
        ("months: ['1:3']", "2026-03-31 12:00", "2026-04-01 12:00"),
        ("years: ['2026']", "2026-12-31 12:00", "2027-01-01 12:00"),
        (
            "times: [{start_time: '22:00', end_time: '24:00'}]",
            "2026-11-25 22:00",
            "2026-11-25 21:59",
        ),
        (
            "{times: [{start_time: '08:00', end_time: '09:00'}], location: Europe/Berlin}",
            "2026-11-25 07:30",
            "2026-11-25 08:30",
        ),
    ],
)
def test_time_intervals(interval: str, inside: str, outside: str) -> None:
    """Each part of an interval, with ranges, days from the end of a month, and a time zone."""
    given = [yaml.safe_load(interval)]
    assert contains(given, at(inside))
    assert not contains(given, at(outside))
