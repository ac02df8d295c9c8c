"""What has a band, how wide it is at least, and on which side of it a value is worse."""

import pytest

from exporter.settings import Settings
from generators.rules.build import build
from generators.rules.model import alerts, recordings

RULES = build(Settings())
EXPRESSIONS = {rule.alert: rule.expr for rule in alerts(RULES.longterm)}
RECORDED = {rule.record: rule.expr for rule in recordings(RULES.longterm)}
BANDS = (
    ("ThroughputAnomaly", "project_region_service:throughput", "< -4", "0.1", "1"),
    ("ErrorRateAnomaly", "project_region_service:error_rate", "> 4", "0.1", "0.002"),
    ("ResponseTimeP95Anomaly", "project_region_service:response_time_p95", "> 4", "0.1", "0.01"),
    ("CacheHitRateL2Anomaly", "redis:cache_hit_rate_l2", "< -4", "0", "0.03"),
    ("DbConnectionsAnomaly", "project_region_database:db_connections", "> 4", "0.1", "5"),
    ("QueryTimeAnomaly", "project_region_database:query_time", "> 4", "0.1", "0.005"),
)
SMALL = "0.2 * (project_region_service:throughput:anomaly_centre >= 0.1111111111) < 1"


def test_these_signals_have_a_band() -> None:
    """Six alerts look at bands, and no other alert does."""
    found = {name for name, text in EXPRESSIONS.items() if ":anomaly_score" in text}
    assert found == {name for name, *_ in BANDS}


@pytest.mark.parametrize(("alert", "series", "worse", "share", "least"), BANDS)
def test_a_band_is_as_wide_as_the_table_says(
    alert: str, series: str, worse: str, share: str, least: str
) -> None:
    """The alert fires on the side that is worse; the floor is a share of the centre, or fixed."""
    assert EXPRESSIONS[alert] == f"last_over_time({series}:anomaly_score[10m]) {worse}"
    floor = f"clamp_min({share} * {series}:anomaly_centre, {least})"
    assert floor in RECORDED[f"{series}:anomaly_spread"]


def test_only_throughput_narrows_for_small_services() -> None:
    """From 100 requests in 15 minutes on, a drop to nothing lies beyond the band."""
    narrow = [name for name, text in RECORDED.items() if ">= " in text and "_spread" in name]
    assert narrow == ["project_region_service:throughput:anomaly_spread"]
    assert SMALL in RECORDED[narrow[0]]


def test_a_score_is_positive_above_the_centre() -> None:
    """Every score is the distance above the centre, in widths."""
    for _, series, *_ in BANDS:
        value, centre, spread = (
            f"{series}:anomaly_{what}" for what in ("value", "centre", "spread")
        )
        assert RECORDED[f"{series}:anomaly_score"] == f"({value} - {centre}) / {spread}"
