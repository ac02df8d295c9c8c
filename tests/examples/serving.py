"""Runs an example under the server that it is written for, and sends it requests."""

import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests import servers
from tests.exporter.recorder.reading import page

ROOT = Path(__file__).parents[2]
REQUESTS = 200


def status(url: str) -> int:
    """Ask once."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def pages(folder: Path, *command: str) -> dict[str, dict[tuple[str, ...], Any]]:
    """Serve, ask from many threads, end by SIGTERM; return the page of the exporter after it."""
    with servers.redis(folder) as redis:
        port = servers.free_port()
        url = f"REDIS_URL=redis://127.0.0.1:{redis.port}"
        words = ["env", url, sys.executable, "-m", *command]
        words = [word.replace("PORT", str(port)) if word != url else url for word in words]
        with servers.process(words, folder / "log", ROOT) as running:
            servers.wait_until(lambda: servers.answers(port), "a server")
            site = f"http://127.0.0.1:{port}"
            urls = [f"{site}/recommend/user-{n}" for n in range(REQUESTS)]
            with ThreadPoolExecutor(8) as pool:
                assert set(pool.map(status, urls)) == {200}
            assert [status(f"{site}/no/{n}") for n in range(3)] == [404] * 3
            running.terminate()
            running.wait(servers.READY_WITHIN)
        return page(redis)


def check(found: dict[str, dict[tuple[str, ...], Any]], template: str) -> None:
    """Compare the exposition with the requests."""
    here = "us-central1"
    requests = {labels: n for labels, n in found["app_requests_total"].items() if n}
    assert requests == {
        (here, template, "GET", "2xx"): REQUESTS,
        (here, "unmatched", "GET", "4xx"): 3,
    }
    assert found["app_feature_uses_total"] == {(here, "recommendations"): REQUESTS}
    assert found["app_persona_requests_total"] == {(here, "Lua"): REQUESTS}
    assert sum(found["app_routing_confidence_ratio"][here,].counts) == REQUESTS
    assert abs(found["app_active_users"][here, "1h"] - REQUESTS) <= REQUESTS * 0.03
