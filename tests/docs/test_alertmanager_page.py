"""Debian's Alertmanager has no web page: whoever is led to it reads what to use instead."""

import pytest

from tests.docs.reading import ROOT


@pytest.mark.parametrize("name", ["README.md", "docs/notifications.md", "docs/operation.md"])
def test_what_shows_alerts_without_alertmanagers_page_is_named(name: str) -> None:
    """amtool, which is in the package, and the bridge's page, near the statement."""
    text = " ".join((ROOT / name).read_text(encoding="utf-8").lower().split())
    _, stated, after = text.partition("no web page")
    assert stated
    for instead in ("amtool", "bridge's page"):
        assert instead in after[:500]
