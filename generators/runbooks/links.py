"""Links of generated documents: each leads to a file written beside it, or to the project's own."""

import re
from collections.abc import Mapping
from posixpath import basename, dirname, join, normpath

_FOLDER = "docs/"
_LINK = re.compile(r"\[(?P<text>[^][]*)\]\((?P<path>(?![a-z]+:)[^)#\s]+)(?P<part>#[^)\s]*)?\)")


def linked(texts: Mapping[str, str], documentation: str | None) -> dict[str, str]:
    """Return the texts; in Markdown, a link to what is not among them leads elsewhere.

    `documentation` is the address of the project's folder docs. Without it, such a link becomes
    plain text that names the document.
    """
    return {
        path: _linked(path, text, texts, documentation) if path.endswith(".md") else text
        for path, text in texts.items()
    }


def _linked(path: str, text: str, written: Mapping[str, str], documentation: str | None) -> str:
    def replaced(link: re.Match[str]) -> str:
        target = normpath(join(dirname(path), link["path"]))
        if target in written:
            return link[0]
        if documentation is None or not target.startswith(_FOLDER):
            return _named(link["text"], target)
        return f"[{link['text']}]({documentation}/{target[len(_FOLDER) :]}{link['part'] or ''})"

    return _LINK.sub(replaced, text)


def _named(text: str, target: str) -> str:
    """Return the words of a link, and which document of the project they are about."""
    document = f"{target} of ion-monitoring"
    return document if text in (target, basename(target)) else f"{text} ({document})"
