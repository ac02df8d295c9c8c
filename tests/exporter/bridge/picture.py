"""Draws the bridge's pages of docs/bridge.md: python -m tests.exporter.bridge.picture."""

import tempfile
from dataclasses import replace
from pathlib import Path

from exporter.bridge.alert_rows import AcknowledgedBy, AlertRow
from exporter.bridge.explain import Explanation
from exporter.bridge.incident_page import Form, Surroundings, incident, overview
from generators.report.chromium import picture
from tests.exporter.bridge.fleet import BEGAN

DOCS = Path(__file__).parents[3] / "docs"
WIDE = 430  # as a phone
NOW = BEGAN + 15 * 60
AROUND = Surroundings(user="ada", faults=(), now=NOW, as_of=NOW - 3)
FAILING = AlertRow(
    id="5f3a91c2e07d4b18",
    alert="ErrorRateCritical",
    severity="critical",
    summary="Too many requests fail: 12% of checkout in europe-west1 (limit 1%)",
    description="The error rate (4xx and 5xx) of checkout in europe-west1 (shop) is 12% over 5m. "
    "The alert fires above 1% for 3m.",
    check="Check which endpoints and codes fail, and the last deploy.",
    value="12%",
    limit="1%",
    place="checkout in europe-west1",
    since=BEGAN,
    acknowledged=None,
    next_escalation=BEGAN + 27 * 60,
    escalated=False,
    silenced=False,
    muted=False,
    labels=(),
    links=tuple((name, "https://example.com") for name in ("Dashboard", "Runbook", "Prometheus")),
    value_at=NOW - 42,
)
SLOW = replace(
    FAILING,
    alert="ResponseTimeWarning",
    severity="high",
    summary="Responses are slow: 143 ms of search in us-central1 (limit 100 ms)",
    since=BEGAN - 20 * 60,
    acknowledged=AcknowledgedBy("ada@example.com", NOW - 5 * 60, ""),
)
BUSY = replace(
    FAILING,
    alert="CPUHigh",
    severity="medium",
    summary="The CPU is busy: 86% of cart in asia-southeast1 (limit 80%)",
    since=BEGAN - 117 * 60,
    next_escalation=None,
)
KNOWN = Explanation(
    value="Error rate (4xx and 5xx): 12%, limit 1%; it fires since 29 Nov 12:00 UTC, for 15m.",
    worst=(
        "Worst region: europe-west1, 12%; the next one has 0.4%.",
        "Of 2 revisions, checkout-00042 has 75% of the instance time.",
    ),
    change="Deploy of checkout-00042 at 29 Nov 11:55 UTC, 5m before.",
    logs="https://example.com",
    asked_at=NOW - 18,
)


def main() -> None:
    """Write both pictures."""
    pages = {
        "bridge-firing": (overview((FAILING, SLOW, BUSY), 3, AROUND), 700),
        "bridge-incident": (incident(FAILING, Form("", ""), AROUND, known=KNOWN), 1010),
    }
    with tempfile.TemporaryDirectory() as name:
        for page, (content, high) in pages.items():
            file = Path(name) / f"{page}.html"
            file.write_bytes(content)
            picture(file, DOCS / f"{page}.png", WIDE, high)


if __name__ == "__main__":
    main()
