"""The facts that a text names in braces: found with their lines, checked, filled in."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from generators.runbooks.fragments import Line
from generators.runbooks.model import Mention
from generators.runbooks.text_error import unknown

_FACT = re.compile(r"\{([a-z_]+)\}")


def mentions(lines: Iterable[Line]) -> Iterator[Mention]:
    """Yield the facts that lines name, in code, too."""
    for line in lines:
        yield from (Mention(name, line.location) for name in _FACT.findall(line.text))


def check_mentions(found: Iterable[Mention], known: Collection[str], alert: str) -> None:
    """Raise TextError with the file and line of a fact that this kind of alert does not have."""
    for mention in found:
        if mention.fact not in known:
            raise unknown(mention.location, f"fact of {alert}", mention.fact, known)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Return a text with its facts filled in; all of them are known, as `check_mentions` holds."""
    return _FACT.sub(lambda found: facts[found[1]], text)


def filled_lines(lines: tuple[Line, ...], facts: Mapping[str, str]) -> Iterator[str]:
    """Yield lines of a text with their facts filled in. Raises TextError for an unknown one."""
    # A shared fragment is put into runbooks of every kind of alert: it is checked for each of them.
    check_mentions(mentions(lines), facts, facts["alert"])
    yield from (filled(line.text, facts).rstrip() for line in lines)
