"""The FastAPI example under uvicorn."""

from pathlib import Path

import pytest

from tests.examples.serving import check, pages


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_an_asynchronous_application_counts_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    """One process or two; SIGTERM loses nothing."""
    serve = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", *options)
    check(pages(tmp_path, *serve, "examples.fastapi_app:app"), "/recommend/{user}")
