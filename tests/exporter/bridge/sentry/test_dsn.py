"""DSNs: where envelopes go, and that no error shows the key."""

from pathlib import Path

import pytest

from exporter.bridge.sentry.dsn import read_dsn
from exporter.secrets_file import UnusableSecret

KEY = "c0ffee00c0ffee00"


def written(folder: Path, text: str) -> Path:
    """Write a secret file."""
    path = folder / "dsn"
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("dsn", "where"),
    [
        (
            f"https://{KEY}@o1.ingest.sentry.io/42",
            "https o1.ingest.sentry.io 443 /api/42/envelope/",
        ),
        (
            f"https://{KEY}@o1.ingest.de.sentry.io/42\n",
            "https o1.ingest.de.sentry.io 443 /api/42/envelope/",
        ),
        (f"http://{KEY}@127.0.0.1:9000/7", "http 127.0.0.1 9000 /api/7/envelope/"),
        (
            f"https://{KEY}:old@sentry.example.com/a/b/42/",
            "https sentry.example.com 443 /a/b/api/42/envelope/",
        ),
    ],
)
def test_envelopes_go_to_the_host_of_the_dsn(tmp_path: Path, dsn: str, where: str) -> None:
    """The host is that of the DSN, one in the EU too, the path Sentry's for envelopes."""
    found = read_dsn(written(tmp_path, dsn))
    at = found.address
    assert f"{'https' if at.tls else 'http'} {at.host} {at.port} {at.path}" == where
    assert found.key.reveal() == KEY


@pytest.mark.parametrize(
    "dsn",
    [
        f"https://{KEY}@o1.ingest.sentry.io/",
        f"https://{KEY}@o1.ingest.sentry.io/project",
        "https://o1.ingest.sentry.io/42",
        f"ftp://{KEY}@o1.ingest.sentry.io/42",
        f"https://{KEY}@host:99999/42",
        f"https://{KEY}@host/42?x=\r\nX-Evil: 1",
        f"https://{KEY}@ho st/42",
        f"https://{KEY}@[::1/42",
        KEY,
    ],
)
def test_no_error_shows_the_key(tmp_path: Path, dsn: str) -> None:
    """What is no DSN is refused with the file's name and the fix, never with its content."""
    with pytest.raises(UnusableSecret) as refused:
        read_dsn(written(tmp_path, dsn))
    text = f"{refused.value} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert str(tmp_path / "dsn") in text
    assert "Client Keys" in text
    assert KEY not in text
