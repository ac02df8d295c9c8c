"""What of a log a person needs."""

import pytest

from exporter.stack.log_lines import shown

AWAY = 'ts=1 level=warn logger=bridge msg="Prometheus 127.0.0.1:9090: it is away"'
READY = 'ts=1 caller=main.go:1 level=info msg="Server is ready to receive web requests."'
FAILED = 'ts=1 caller=x.go:1 level=error component="rule manager" msg="Failed" err="no \\"x\\""'
ENDS = 'ts=1 caller=main.go:1 level=warn msg="Received SIGTERM, exiting gracefully..."'
OURS = "ts=2026-11-30T02:36:59.375Z level=info logger=ionmon msg=stopping"


@pytest.mark.parametrize(
    ("line", "calm", "text"),
    [
        (READY, True, None),
        (READY, False, "Server is ready to receive web requests."),
        (FAILED, True, 'error: Failed: no "x": rule manager'),
        (ENDS, True, None),
        (OURS, False, "stopping"),
        (
            "Slack (#ion-alerts): level=info is a word",
            False,
            "Slack (#ion-alerts): level=info is a word",
        ),
        ("    a message's second line", False, "    a message's second line"),
        ("goroutine 1 [running]:", True, None),
        ("", False, None),
    ],
)
def test_a_line_is_shortened(line: str, *, calm: bool, text: str | None) -> None:
    """A server's own chatter is left out; a message keeps its indent, a fault its reason."""
    assert shown(line, calm=calm) == text


def test_a_server_that_has_not_started_is_no_news() -> None:
    """The bridge asks for servers that come after it; once all run, it is news."""
    assert shown(AWAY, calm=False, settled=False) is None
    assert shown('level=info msg="Prometheus 127.0.0.1:9090 answers again"', calm=False) is None
    assert shown(AWAY, calm=False) == "warn: Prometheus 127.0.0.1:9090: it is away"
