"""Values of labels come from outside: what a channel would read as markup or as a link is broken.

Links and emoji get a space without width in them, which nobody sees and no channel reads over. Of
Slack's marks each becomes a letter that looks the same and marks nothing.
"""

from generators.alertmanager.template_text import define

LONGEST = 500  # characters of a value
BRIEF = 180  # of one of many, where a whole message has a limit
_NO_WIDTH = "\\u200b"


def _one_line(longest: int) -> str:
    """Return what control characters, bidirectional overrides and line separators are spaces in."""
    return rf'printf "%.{longest}s" . | reReplaceAll "[\\pC\\p{{Zl}}\\p{{Zp}}]+" " "'


def _replaced(pattern: str, by: str) -> str:
    return f' | reReplaceAll "{pattern}" "{by}"'


_NO_LINK = _replaced("://", f":{_NO_WIDTH}//") + _replaced(r"(?i)\\bwww\\.", f"www{_NO_WIDTH}.")
# Slack makes a link of what looks like a host, too: evil.example/x, and in any script.
_NO_HOST = _replaced(r"([\\pL\\pN_-])\\.(\\pL{2})", f"$1.{_NO_WIDTH}$2")
_ENTITIES = _replaced("&", "&amp;") + _replaced("<", "&lt;") + _replaced(">", "&gt;")
# Within a word an underscore marks nothing: cloudrun_requests_total stays as it is.
_MARKS = (
    _replaced("`", "'")
    + _replaced(r"\\*", "\\u2217")
    + _replaced("~", "\\u223c")
    + _replaced(r"\\b_+|_+\\b", "\\u02cd")
)
# Twice: two emoji may share a colon.
_NO_EMOJI = 2 * _replaced(r":([^\\s:\\x{200b}]+):", f":{_NO_WIDTH}$1:")
_NO_MENTION = _replaced("@", f"@{_NO_WIDTH}")
_SLACK = _ENTITIES + _MARKS + _NO_EMOJI + _NO_MENTION + _NO_LINK
# Markdown and the marks of cards: a link's end, a list's or a quote's beginning, a date's braces.
_MSTEAMS = (
    _MARKS
    + _replaced("<", "\\u2039")
    + _replaced(">", "\\u203a")
    + _replaced(r"\\\\", "\\u2216")
    + _replaced(r"\\]\\(", f"]{_NO_WIDTH}(")
    + _replaced("[{][{]", f"{{{_NO_WIDTH}{{")
    + _replaced(r"^([#+-]|[0-9]+[.)]) ", f"{_NO_WIDTH}$1 ")
    + _NO_MENTION
    + _NO_LINK
)
# An address between < and |: urlquery has done the rest.
SLACK_ADDRESS = (
    _replaced("&", "&amp;")
    + _replaced("<", "%3C")
    + _replaced(">", "%3E")
    + _replaced(r"\\|", "%7C")
    + _replaced(r"[\\s\\pC]+", "%20")
)


# An address between ( and ): urlquery has done the rest.
MSTEAMS_ADDRESS = (
    _replaced(r"\\(", "%28")
    + _replaced(r"\\)", "%29")
    + _replaced("<", "%3C")
    + _replaced(">", "%3E")
    + _replaced(r"\\\\", "%5C")
    + _replaced(r"[\\s\\pC]+", "%20")
)


def text() -> str:
    """Return the templates that write a text from outside, and one line of it.

    plain        for PagerDuty and mail
    slack.safe   for Slack
    slack.own    for Slack, of a text without labels: names of settings stay as they are
    """
    return (
        _safe("ion.plain", _NO_LINK)
        + _safe("ion.slack.safe", _SLACK + _NO_HOST)
        + define("ion.slack.own", f"{{{{ {_one_line(LONGEST)}{_SLACK} }}}}")
    )


def msteams() -> str:
    """Return the templates that write a text from outside into a card of Microsoft Teams.

    msteams.safe   a text of one alert
    msteams.brief  one of many, which is cut sooner: Teams refuses a message of more than 28 kB
    msteams.own    a text without labels
    """
    return (
        define("ion.msteams.safe", f"{{{{ {_one_line(LONGEST)}{_MSTEAMS}{_NO_HOST} }}}}")
        + _safe("ion.msteams.brief", _MSTEAMS + _NO_HOST, BRIEF)
        + define("ion.msteams.own", f"{{{{ {_one_line(LONGEST)}{_MSTEAMS} }}}}")
    )


def _safe(name: str, escape: str, longest: int = LONGEST) -> str:
    line = _one_line(longest)
    return define(name, f"{{{{ {line}{escape} }}}}") + define(
        f"{name}.upper", f"{{{{ {line} | toUpper{escape} }}}}"
    )
