"""The two tenses of a headline: what is wrong while an alert fires, and what was, once it is over.

A headline is written once, with its verb in braces: "Too many requests {fail}."
"""

import re

PAST = {
    "is": "was",
    "are": "were",
    "has": "had",
    "have": "had",
    "burns": "burned",
    "cannot": "could not",
    "costs": "cost",
    "fail": "failed",
    "gives up": "gave up",
    "keeps": "kept",
    "lags": "lagged",
    "misses": "missed",
    "move": "moved",
    "reach": "reached",
    "reads": "read",
    "runs": "ran",
    "sends": "sent",
    "skips": "skipped",
    "take": "took",
    "use": "used",
}
_VERB = re.compile(r"\{([a-z ]+)\}")


def present(text: str) -> str:
    """Return what is wrong. Raises KeyError for a verb without a past."""
    return _VERB.sub(lambda verb: verb[1] if PAST[verb[1]] else "", _bare(text))


def past(text: str) -> str:
    """Return what was wrong. Raises KeyError for a verb without a past."""
    return _VERB.sub(lambda verb: PAST[verb[1]], _bare(text))


def _bare(text: str) -> str:
    """Return a headline without its full stop: more follows."""
    return text.removesuffix(".")
