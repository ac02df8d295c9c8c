"""The mail of a digest has what mail programs and mail servers expect."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from exporter.bridge.digest.mail import message
from exporter.bridge.digest.model import Digest
from tests.exporter.bridge.digest.digests import full, made, period

TO = ("ada@example.com", "grace@example.com")


def read(digest: Digest) -> EmailMessage:
    """Return the mail as a mail program reads it from its bytes."""
    made_ = message(digest, "ion@example.com", TO, "ionmon-day.2026-11-29")
    found = message_from_bytes(made_.as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_headers() -> None:
    """Whom it is for, what it is about, which one it is, and how to get no more."""
    found = read(full())
    assert found["To"] == "ada@example.com, grace@example.com"
    assert found["From"] == "ion@example.com"
    assert found["Subject"].startswith("ion, day to Sun 29 Nov 2026: 2 alerts fire")
    assert found["Message-ID"] == "<ionmon-day.2026-11-29@example.com>"
    assert found["List-Unsubscribe"] == "<mailto:ion@example.com?subject=unsubscribe>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"].datetime.isoformat() == "2026-11-29T08:00:20+00:00"


def test_text_comes_first_and_html_has_its_pictures_inside() -> None:
    """A program without HTML shows the text; each picture that HTML names is a part beside it."""
    found = read(full())
    assert found.get_content_type() == "multipart/alternative"
    plain, related = found.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().startswith("ion: 2 alerts fire")
    html, picture = related.iter_parts()
    assert picture.get_content_type() == "image/png"
    name = picture["Content-ID"].strip("<>")
    assert f'src="cid:{name}"' in html.get_content()
    assert picture.get_content().startswith(b"\x89PNG")


def test_no_line_is_too_long_for_a_mail_server() -> None:
    """RFC 5321 allows 998 bytes a line, whatever labels are."""
    evil = period(1.0, None, "A" * 150, labels={"service_name": "ü" * 100_000})
    raw = message(made(evil), "ion@example.com", TO, "k").as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_nothing_from_outside_becomes_a_header() -> None:
    """A service whose name has line breaks adds no recipient."""
    evil = made(period(1.0, None))
    found = read(Digest(**{**fields(evil), "service": "ion\r\nBcc: eve@example.com"}))
    assert found["Bcc"] is None
    assert "eve@example.com" in found["Subject"]


def fields(digest: Digest) -> dict[str, object]:
    """Return the fields of a digest."""
    return {name: getattr(digest, name) for name in digest.__dataclass_fields__}
