"""A message as its channel shows it to people, and how what came becomes such text."""

from dataclasses import dataclass

LONGEST = 20_000  # characters of a text
_MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A piece of text; with `url`, a link."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMessage:
    """A message, whatever protocol it came by; empty is what its channel does not have.

    to       channel, severity or addresses: who reads it
    title    its headline, with `url` as its link
    mention  who is mentioned before the headline
    colour   of the bar beside it, #rrggbb
    body     the text, piece by piece; line breaks count
    links    the buttons below it
    html     a mail's other form
    """

    channel: str
    to: str
    title: str
    url: str = ""
    mention: str = ""
    colour: str = ""
    body: tuple[LinkedText, ...] = ()
    links: tuple[LinkedText, ...] = ()
    html: str = ""


def text(value: object) -> str:
    """Return what a field says, without control characters, cut at LONGEST; empty for no text."""
    if not isinstance(value, str | int | float):
        return ""
    return "".join(c for c in str(value)[:LONGEST] if c.isprintable() or c == "\n").strip()


def web_url(value: object) -> str:
    """Return a field that is an address of the web; empty where it is another one, or none."""
    found = text(value)
    return found if found.startswith(("http://", "https://")) else ""


def mapping(value: object) -> dict[str, object]:
    """Return a field that is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, object]]:
    """Return the mappings of a field that is a list; as many as people would read."""
    found = value if isinstance(value, list) else []
    return [item for item in found[:_MOST_ITEMS] if isinstance(item, dict)]
