"""Taking secrets out of text."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter import redaction

SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=10)


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_spellings", set())
    monkeypatch.setattr(redaction, "_pattern", None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SECRETS, st.text(), st.text())
def test_no_spelling_is_left(secret: str, before: str, after: str) -> None:
    """A secret is gone from a text in which it stands, as it is or as repr, JSON or a URL."""
    redaction.conceal(secret)
    for spelt in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert spelt not in redaction.redacted(f"{before}{spelt}{after}")


def test_the_longer_secret_goes_first() -> None:
    """A secret that begins with another one is replaced whole."""
    redaction.conceal("canary")
    redaction.conceal("canary-yellow")
    assert redaction.redacted("canary-yellow canary") == "<secret> <secret>"


def test_lines_of_a_long_secret_are_secret() -> None:
    """Of a private key no line is shown on its own; what is as short as a word stays."""
    redaction.conceal("-----BEGIN KEY-----\nMIGHAgEAMBMG\nend")
    assert redaction.redacted("MIGHAgEAMBMG end") == "<secret> end"
