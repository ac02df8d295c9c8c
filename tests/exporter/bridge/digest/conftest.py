"""What a digest is read from: a Prometheus with weeks of a service, that end one morning."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.settings import Settings
from tests.exporter.summary.serving import Past, serving
from tests.exporter.summary.states import END
from tests.servers import free_port

CONFIG = Path(__file__).parents[4] / "alertmanager" / "out" / "monitoring_config.json"


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus whose weeks end on Sun 29 Nov 2026 at 08:00 UTC."""
    with serving(tmp_path_factory.mktemp("past"), int(END)) as running:
        yield running


def settings(prometheus: str, mail: int = 0, alertmanager: int = 0, **digest: object) -> Settings:
    """Return settings of a digest, sent through a mail server of the test."""
    return Settings.model_validate(
        {
            "service": {"name": "ion"},
            "prometheus": {
                "address": prometheus,
                "alertmanagers": [f"127.0.0.1:{alertmanager or free_port()}"],
            },
            "storage": {"monitoring_config": str(CONFIG)},
            "notifications": {
                "email": {
                    "to": ["team@example.com"],
                    "from": "ion@example.com",
                    "smarthost": f"127.0.0.1:{mail or free_port()}",
                    "require_tls": False,
                },
                "bridge": {},
                "digest": digest,
            },
        }
    )
