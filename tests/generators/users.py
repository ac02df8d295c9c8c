"""Settings of a user whose service, regions, objective, thresholds and channels are all others."""

from typing import Any

from exporter.settings import Settings

GIVEN: dict[str, Any] = {
    "service": {"name": "Shop", "regions": ["us-east4", "europe-north1"]},
    "google": {
        "projects": ["shop-production", "shop-staging"],
        "filters": {"services": ["shop", "checkout"]},
    },
    "objectives": {"availability": "99.9%", "window": "28d"},
    "alerts": {
        "ResponseTimeCritical": {"threshold": "350ms", "for": "7m", "severity": "high"},
        "ResponseTimeWarning": {"threshold": "90ms", "for": "1m", "severity": "medium"},
        "ErrorRateCritical": {"threshold": "12.5%"},
        "ErrorRateWarning": {"for": "0s"},
        "CacheHitRateLow": {"threshold": "90%", "for": "2m"},
        "DatabaseLag": {"enabled": False},
        "MemoryHigh": {"threshold": "95%", "severity": "critical"},
        "SLABreach": {"threshold": 10.0, "for": "5m"},
        "ErrorBudgetExhausted": {"threshold": "80%"},
        "others": {
            "DiskTrend": {"severity": "high", "for": "15m"},
            "ErrorBudgetTrend": {"for": "0s"},
            "ThroughputAnomaly": {"for": "45m", "severity": "medium"},
            "CorrelatedChange": {"for": "1h"},
            "QueryTimeAnomaly": {"enabled": False},
            "SeriesDropped": {"severity": "medium", "for": "1m"},
        },
    },
    "notifications": {"slack": {"webhook_url_file": "slack", "channel": "#alerts"}},
    "prometheus": {"longterm": "127.0.0.1:9091"},
}
USER = Settings.model_validate(GIVEN)
