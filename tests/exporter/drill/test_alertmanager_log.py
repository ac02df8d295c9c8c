"""Why a receiver failed is found in the log of every version, as logfmt or JSON."""

from pathlib import Path

import pytest

from exporter.drill.alertmanager_log import AlertmanagerLog
from exporter.errors import SettingsError

OLD = (
    "ts=2026-11-29T16:19:55.1Z caller=notify.go:743 level=warn component=dispatcher "
    'receiver=high-slack integration=slack[0] msg="Notify attempt failed, will retry later" '
    'attempts=1 err="status 500: \\"no\\""\n'
)
END = (
    "ts=2026-11-29T16:19:56.1Z caller=dispatch.go:352 level=error component=dispatcher "
    'msg="Notify for alerts failed" num_alerts=1 err="high-slack/slack[0]: gave up"\n'
)
JSON = '{"level":"ERROR","receiver":"high-email","integration":"email[0]","err":"no such\\nhost"}\n'


@pytest.mark.parametrize(
    ("written", "receiver", "integration", "reason"),
    [
        (OLD, "high-slack", "slack", 'status 500: "no"'),
        (OLD + END, "high-slack", "slack", "slack[0]: gave up"),
        (OLD, "shop-high-slack", "slack", ""),
        (OLD, "high-slack", "email", ""),
        (JSON, "high-email", "email", "no such\nhost"),
        ("{broken\nerr=\n" + OLD, "high-slack", "slack", 'status 500: "no"'),
    ],
)
def test_the_last_error_of_a_receiver(
    written: str, receiver: str, integration: str, reason: str, tmp_path: Path
) -> None:
    """That of the attempt, then that of the end; lines of others are not taken for its own."""
    path = tmp_path / "log"
    path.write_text(END)
    log = AlertmanagerLog(path)
    assert log.reason("high-slack", "slack") == ""  # it was written before
    with path.open("a") as added:
        added.write(written)
    assert log.reason(receiver, integration) == reason


def test_a_log_that_is_rotated_or_gone(tmp_path: Path) -> None:
    """A new file is read from its beginning; without one there is no reason, at first an error."""
    path = tmp_path / "log"
    path.write_text(OLD + END)
    log = AlertmanagerLog(path)
    path.write_text(OLD)
    assert log.reason("high-slack", "slack") == 'status 500: "no"'
    path.unlink()
    assert log.reason("high-slack", "slack") == ""
    with pytest.raises(SettingsError, match="--alertmanager-log"):
        AlertmanagerLog(path)
