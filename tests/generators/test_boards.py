"""Panels have numbers of their own, and links open them at an alert's labels."""

from urllib.parse import parse_qs, urlsplit

from exporter.catalog.signals import SIGNALS
from generators import boards
from generators.boards import PAST, SIGNAL_PANELS, PanelAddress, link


def test_every_signal_has_a_panel() -> None:
    """Each signal has the panel that shows it, and no panel is of a signal that is none."""
    assert set(SIGNAL_PANELS) == {signal.name for signal in SIGNALS}


def test_no_number_is_there_twice_on_a_dashboard() -> None:
    """Two panels of a dashboard never share a number; signals may share a panel."""
    stated = [value for value in vars(boards).values() if isinstance(value, PanelAddress)]
    every = [*set(SIGNAL_PANELS.values()), *stated]
    assert len({(panel.board, panel.number) for panel in every}) == len(every)


def test_the_numbers_of_old_links_stay() -> None:
    """Links in notifications of last year still open the same panel."""
    assert SIGNAL_PANELS["availability"].number == 101
    assert SIGNAL_PANELS["response_time_p95"].number == 106
    assert SIGNAL_PANELS["feature_usage"].number == 125


def test_a_link_chooses_what_the_alert_is_about() -> None:
    """Labels that a variable stands for are chosen; others are left out; the time comes last."""
    panel = SIGNAL_PANELS["error_rate"]
    text = link("https://g.example.com", panel, ("region", "integration", "redis_id"))
    assert text.endswith(PAST)
    asked = parse_qs(urlsplit(text).query)
    assert asked["viewPanel"] == ["102"]
    assert asked["var-region"] == ["{{ $labels.region | urlquery }}"]
    assert asked["var-cache"] == ["{{ $labels.redis_id | urlquery }}"]
    assert set(asked) == {"viewPanel", "var-region", "var-cache", "from", "to"}
