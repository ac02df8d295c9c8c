"""The section of monitoring.yaml with prices, in dollars: of the service, and of alternatives."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Name
from exporter.settings.types import Named, Number, Section, key

Price = Annotated[Number, Field(ge=0)]


def _not_twice(price: float | None, info: ValidationInfo) -> float | None:
    """Refuse two prices of the same instance time."""
    if price is not None and info.data.get("cloud_run_instance_second") is not None:
        raise ValueError(
            "goes with no cloud_run_instance_second, which is the price of a whole instance; "
            "remove one of them"
        )
    return price


class PriceSettings(Section):
    """Dollars, as your price list or contract has them; what has no price is left out."""

    cloud_run_instance_second: Price | None = key(
        None, "A second of a billable Cloud Run instance: its vCPU and memory together."
    )
    cloud_run_vcpu_second: Annotated[Price | None, AfterValidator(_not_twice)] = key(
        None, "A second of an allocated vCPU of Cloud Run."
    )
    cloud_run_gib_second: Annotated[Price | None, AfterValidator(_not_twice)] = key(
        None, "A second of an allocated GiB of memory of Cloud Run."
    )
    cloud_run_million_requests: Price | None = key(None, "A million requests to Cloud Run.")
    cloud_sql_vcpu_hour: Price | None = key(None, "An hour of a reserved core of Cloud SQL.")
    cloud_sql_memory_gib_hour: Price | None = key(None, "An hour of a GiB of its memory.")
    cloud_sql_disk_gib_month: Price | None = key(None, "A month of a GiB of its disk.")
    cache_gib_hour: Price | None = key(
        None, "An hour of a GiB that a Redis of `redis.targets` may use."
    )
    others: Named[Name, Price] = key(
        {}, "Anything else by its name, such as a CDN: dollars a month."
    )
    alert_condition_month: Price | None = key(
        None, "A month of a condition of an alerting policy of Cloud Monitoring."
    )
    alert_million_points: Price | None = key(
        None, "A million points that the queries of such conditions return."
    )
