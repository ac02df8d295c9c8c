"""Where a Prometheus shows its alerts."""

from pathlib import Path

import pytest

from exporter.stack.alerts_page import alerts_page
from tests import servers

pytestmark = pytest.mark.slow


def test_debian_s_page_is_the_classic_one(tmp_path: Path) -> None:
    """Its Prometheus has no other; where nobody answers, it is the usual one."""
    with servers.prometheus(tmp_path, "scrape_configs: []\n") as running:
        base = f"http://127.0.0.1:{running.port}"
        assert alerts_page(base) == f"{base}/classic/alerts"
    assert alerts_page(base) == f"{base}/alerts"
