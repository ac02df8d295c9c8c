"""What a report says of costs: reading, and with prices the service itself, known or not."""

from exporter.prometheus.api import TimeSpan, server
from exporter.settings import Settings
from exporter.summary.read import Reader
from generators.monitoring_config import in_force
from generators.service_report.model import Health
from generators.service_report.monitoring import costs
from generators.service_report.request import ReportRequest

PRICES = {"cloud_run_million_requests": 2.0, "others": {"cdn": 15.0, "mail": 5.0}}
NOBODY = "http://127.0.0.1:1"


def found(prices: object) -> dict[str, tuple[str, float | None, Health]]:
    """Return the costs where no server answers: noun, value and health by name."""
    settings = Settings.model_validate({"google": {"projects": ["p"]}, "prices": prices})
    request = ReportRequest(settings=settings, span=TimeSpan(0, 86_400), now=86_400)
    reader = Reader(server(NOBODY), server(NOBODY))
    figures = costs(in_force(settings), reader, request)
    return {f.figure.name: (f.figure.noun, f.figure.value, f.health) for f in figures}


def test_the_service_is_beside_reading_where_prices_are() -> None:
    """Its sum, each product with its share, and what no server says; without prices none of it."""
    priced, without = found(PRICES), found({})
    assert "cost" in without
    assert {name: one for name, one in priced.items() if name not in without} == {
        "service": ("the service itself, a month, as far as it is known", 20.0, Health.UNJUDGED),
        "service Other": ("Other, a month, 100% of the service", 20.0, Health.UNJUDGED),
        "service Cloud Run requests": ("Cloud Run: requests, a month", None, Health.UNKNOWN),
    }
