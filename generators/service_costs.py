"""What a service uses in a month, and at which price: queries for monitoring_config.json.

Uses go on as in the last day. Counters divide by the source time that the data covers, so that a
monitoring of a few hours projects as well as an old one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.catalog import CATALOG
from exporter.catalog.expression import Events, Rate
from exporter.catalog.model import Family, Type
from exporter.settings import PriceSettings, Settings
from generators.promql import View, render

GIB = 2.0**30
HOUR, MONTH = 3600.0, 30 * 86400.0
_DAY = "1d"
RUN, SQL, CACHE, OTHER = "Cloud Run", "Cloud SQL", "Cache", "Other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedUse:
    """A thing that is paid for: the key of its price, and the family that measures it.

    unit   what one of them is
    scale  how many of them a month has for each second of the family's rate, or for its mean value
    """

    price: str
    product: str
    noun: str
    unit: str
    family: Family
    scale: float


def _use(price: str, product: str, words: tuple[str, str], family: str, scale: float) -> PricedUse:
    noun, unit = words
    return PricedUse(
        price=price,
        product=product,
        noun=noun,
        unit=unit,
        family=CATALOG[family],
        scale=scale,
    )


_DISK = ("disk", "GiB-month")
USES = (
    _use(
        "cloud_run_instance_second",
        RUN,
        ("billable instance time", "second"),
        "cloudrun_billable_instance_seconds_total",
        MONTH,
    ),
    _use(
        "cloud_run_vcpu_second",
        RUN,
        ("CPU", "vCPU-second"),
        "cloudrun_cpu_allocation_seconds_total",
        MONTH,
    ),
    _use(
        "cloud_run_gib_second",
        RUN,
        ("memory", "GiB-second"),
        "cloudrun_memory_allocation_byte_seconds_total",
        MONTH / GIB,
    ),
    _use(
        "cloud_run_million_requests",
        RUN,
        ("requests", "million"),
        "cloudrun_requests_total",
        MONTH / 1e6,
    ),
    _use(
        "cloud_sql_vcpu_hour",
        SQL,
        ("CPU", "vCPU-hour"),
        "cloudsql_cpu_reserved_cores",
        MONTH / HOUR,
    ),
    _use(
        "cloud_sql_memory_gib_hour",
        SQL,
        ("memory", "GiB-hour"),
        "cloudsql_memory_quota_bytes",
        MONTH / HOUR / GIB,
    ),
    _use("cloud_sql_disk_gib_month", SQL, _DISK, "cloudsql_disk_quota_bytes", 1 / GIB),
    _use(
        "cache_gib_hour",
        CACHE,
        ("memory", "GiB-hour"),
        "redis_memory_max_bytes",
        MONTH / HOUR / GIB,
    ),
)


def costs(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return what is paid for, by the key of its price; what has no price is left out."""
    return dict(_costs(settings.prices))


def _costs(prices: PriceSettings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for use in USES:
        price = getattr(prices, use.price)
        if price is not None:
            yield use.price, _cost(use, price)
    for name, price in prices.others.items():
        found = {"product": OTHER, "noun": name, "unit": "month", "price": price}
        yield f"others.{name}", {**found, "family": None, "query": None}


def _cost(use: PricedUse, price: float) -> Mapping[str, Any]:
    return {
        "product": use.product,
        "noun": use.noun,
        "unit": use.unit,
        "price": price,
        "family": use.family.name,
        "query": f"{_measured(use.family)} * {use.scale!r}",
    }


def _measured(family: Family) -> str:
    """Return the rate of a counter, or the mean of a gauge, of everything and over a day."""
    if family.type is Type.COUNTER:
        return f"({render(Rate(Events(family)), View(window=_DAY))})"
    return f"sum (avg_over_time({family.name}[{_DAY}]))"
