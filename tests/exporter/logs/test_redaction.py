"""Taking secrets out of text."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.logs import redaction

SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=10)


@given(SECRETS, st.text(), st.text())
def test_no_spelling_is_left(secret: str, before: str, after: str) -> None:
    """A secret is gone from a text in which it stands, as it is or as repr, JSON or a URL."""
    redaction.conceal(secret)
    for spelt in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert spelt not in redaction.redacted(f"{before}{spelt}{after}")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4), st.text(), st.text())
def test_base64_is_no_disguise(secret: str, before: str, after: str) -> None:
    """Whatever stands around a secret, no part of its base64 that has all of it is left."""
    redaction.conceal(secret)
    sides = (before.encode("utf-8", "replace"), after.encode("utf-8", "replace"))
    for encode in (b64encode, urlsafe_b64encode):
        whole = encode(sides[0] + secret.encode() + sides[1]).decode()
        left = redaction.redacted(whole)
        assert "<secret>" in left
        start, end = len(sides[0]) * 8 // 6, -(-(len(sides[0]) + len(secret.encode())) * 8 // 6)
        # A side may hold the secret, too.
        assert len(left.replace("<secret>", "")) <= len(whole) - (end - start)


@pytest.mark.parametrize(
    "written",
    [
        "AGlvbgBQL3NzL3cwcmQmPDk+",
        "UC9zcy93MHJkJjw5Pg==",
        "P/SS/W0RD&<9>",
        "p/ss/w0rd&<9>",
        r"P\/ss\/w0rd&<9>",
        "P/ss/w0rd&amp;&lt;9&gt;",
        "P%2fss%2fw0rd%26%3c9%3e",
    ],
)
def test_a_secret_that_is_written_otherwise(written: str) -> None:
    """A login's base64, another case, and escapes of JSON, HTML and URLs are all it."""
    redaction.conceal("P/ss/w0rd&<9>")
    left = redaction.redacted(f"cannot decode {written} here")
    assert left.removeprefix("cannot decode ").removeprefix("AGlvbg") == "<secret> here"


def test_the_longer_secret_goes_first() -> None:
    """A secret that begins with another one is replaced whole."""
    redaction.conceal("canary")
    redaction.conceal("canary-yellow")
    assert redaction.redacted("canary-yellow canary") == "<secret> <secret>"


def test_lines_of_a_long_secret_are_secret() -> None:
    """Of a private key no line is shown on its own; what is as short as a word stays."""
    redaction.conceal("-----BEGIN KEY-----\nMIGHAgEAMBMG\nend")
    assert redaction.redacted("MIGHAgEAMBMG end") == "<secret> end"


@pytest.mark.parametrize("secret", ["a", "42", "pw!", "🔑"])
def test_a_secret_as_short_as_a_syllable_is_replaced_where_it_stands_alone(secret: str) -> None:
    """A password of three characters is no reason to make every other line unreadable."""
    redaction.conceal(secret)
    assert redaction.redacted(f"password={secret}, {secret!r}") == "password=<secret>, '<secret>'"
    text = f"b{secret}c: 1{secret}0 of a{secret}"
    assert redaction.redacted(text) == text


@pytest.mark.parametrize("run", ["first", "second"])
def test_no_test_knows_secrets_of_another(run: str) -> None:
    """What one test conceals is in the text of the next one, in whatever order they run."""
    assert redaction.redacted(f"the {run}") == f"the {run}"
    redaction.conceal("the")
