"""What a summary shows of texts from outside: where an alert is, and a bounded line."""

from collections.abc import Mapping

MEASURED = ("service_name", "database_id", "redis_id")  # labels of what signals are measured of
_THINGS = (*MEASURED, "application", "endpoint")
_HIDDEN = frozenset({"alertname", "severity", "signal", "category", "team", "region", *_THINGS})
_LONGEST = 200


def place(labels: Mapping[str, str]) -> str:
    """Return where an alert is, in words: checkout in europe-west1 (shop)."""
    thing = next((labels[name] for name in _THINGS if labels.get(name)), "")
    region = f"in {labels['region']}" if labels.get("region") else ""
    project = f"({labels['gcp_project']})" if labels.get("gcp_project") else ""
    if thing or region:
        return plain(" ".join(filter(None, (thing, region, project))))
    more = [f"{name} {value}" for name, value in sorted(labels.items()) if name not in _HIDDEN]
    return plain(", ".join(more))


def one_line(text: str) -> str:
    """Return a text from outside on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def without_controls(text: str) -> str:
    """Return a text from outside without control characters; its lines stay."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def plain(text: str) -> str:
    """Return a text from outside as one line of bounded length without control characters."""
    line = one_line(text[: 4 * _LONGEST])
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
