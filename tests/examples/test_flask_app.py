"""The Flask example under gunicorn."""

from pathlib import Path

import pytest

from tests.examples.serving import check, pages


@pytest.mark.parametrize("options", [(), ("--preload",)])
def test_workers_and_threads_count_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Two workers of four threads, loaded before or after the fork; SIGTERM loses nothing."""
    serve = ("gunicorn", "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:PORT")
    check(pages(tmp_path, *serve, *options, "examples.flask_app:app"), "/recommend/<user>")
