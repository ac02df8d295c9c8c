"""The mail of a digest: HTML with its pictures, and the same as text.

RFC 5322, 2045 to 2047, 2387; List-Unsubscribe of RFC 2369. Headers are built by the standard
library's policy, which refuses line breaks in them.
"""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from exporter.bridge.digest.html import html, pictures
from exporter.bridge.digest.model import Digest
from exporter.bridge.digest.text import text
from exporter.bridge.digest.words import subject

LONGEST_SUBJECT = 150


def message(digest: Digest, sender: str, to: tuple[str, ...], key: str) -> EmailMessage:
    """Return the mail; of the same key it has the same Message-ID, however often it is sent."""
    domain = sender.rpartition("@")[2]
    found = EmailMessage(policy=SMTP)
    found["Subject"] = _short(subject(digest))
    found["From"] = _address(sender)
    found["To"] = [_address(one) for one in to]
    found["Date"] = format_datetime(datetime.fromtimestamp(digest.made, UTC))
    found["Message-ID"] = f"<{key}@{domain}>"
    found["List-Id"] = f"{_token(digest.service)} digest <{key.partition('.')[0]}.{domain}>"
    found["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(text(digest), cte="quoted-printable")
    _add_html(found, digest, domain)
    return found


def _add_html(found: EmailMessage, digest: Digest, domain: str) -> None:
    """Add the HTML, and its pictures within it."""
    drawn = pictures(digest)
    found.add_alternative(
        html(digest, {one.name: f"cid:{one.name}@{domain}" for one in drawn}),
        subtype="html",
        cte="quoted-printable",
    )
    body = found.get_body(("html",))
    if body is None:
        raise AssertionError("the HTML was just added")
    for one in drawn:
        body.add_related(
            one.png,
            "image",
            "png",
            cid=f"<{one.name}@{domain}>",
            disposition="inline",
            filename=f"{one.name}.png",
        )


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}\u2026"


def _address(text_: str) -> Address:
    return Address(addr_spec=text_)


def _token(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)
