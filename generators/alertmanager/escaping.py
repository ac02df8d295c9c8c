"""Values of labels come from outside: what a channel would read as markup or as a link is broken.

Links and emoji get a space without width in them, which nobody sees and no channel reads over. Of
Slack's marks each becomes a letter that looks the same and marks nothing.
"""

from generators.alertmanager.template_text import define

LONGEST = 500  # characters of a value
_NO_WIDTH = "\\u200b"
# One line: control characters, bidirectional overrides and line separators become spaces.
_ONE_LINE = rf'printf "%.{LONGEST}s" . | reReplaceAll "[\\pC\\p{{Zl}}\\p{{Zp}}]+" " "'


def _replaced(pattern: str, by: str) -> str:
    return f' | reReplaceAll "{pattern}" "{by}"'


_NO_LINK = _replaced("://", f":{_NO_WIDTH}//") + _replaced(r"(?i)\\bwww\\.", f"www{_NO_WIDTH}.")
# Slack makes a link of what looks like a host, too: evil.example/x.
_NO_HOST = _replaced(r"([\\w-])\\.(\\pL{2})", f"$1.{_NO_WIDTH}$2")
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
# An address between < and |: urlquery has done the rest.
SLACK_ADDRESS = (
    _replaced("&", "&amp;")
    + _replaced("<", "%3C")
    + _replaced(">", "%3E")
    + _replaced(r"\\|", "%7C")
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
        + define("ion.slack.own", f"{{{{ {_ONE_LINE}{_SLACK} }}}}")
    )


def _safe(name: str, escape: str) -> str:
    return define(name, f"{{{{ {_ONE_LINE}{escape} }}}}") + define(
        f"{name}.upper", f"{{{{ {_ONE_LINE} | toUpper{escape} }}}}"
    )
