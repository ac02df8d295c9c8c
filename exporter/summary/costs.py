"""What the service costs in a month, by configured prices and what it uses: pure, but for queries.

monitoring_config.json has the prices and the queries. Whatever needs a metric that is not read has
no amount: it is named, and never counted as free.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exporter.monitoring_config import CostConfig, MonitoringConfig
from exporter.summary.read import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """A thing that is paid for: how much of it a month has, its price, and dollars a month.

    amount, dollars  None where it is not known
    share            of everything that is known
    family           the family that measures it; None for a fixed price
    """

    product: str
    noun: str
    unit: str
    amount: float | None
    price: float
    dollars: float | None
    share: float | None
    family: str | None


@dataclass(frozen=True, slots=True)
class ProductCost:
    """What a product costs in a month, as far as that is known, and its share of the whole."""

    product: str
    dollars: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCosts:
    """The cost of a month in dollars: by line, by product and whole; what is not known is absent.

    unknown  families without a value: they are not read, or have no series
    """

    lines: tuple[CostLine, ...]
    products: tuple[ProductCost, ...]
    total: float
    unknown: tuple[str, ...]


def service_costs(config: MonitoringConfig, reader: Reader, at: float) -> ServiceCosts | None:
    """Return what a month costs, as the day before `at` was; None where no price is configured."""
    if not config.costs:
        return None
    return summed((cost, _amount(cost, reader, at)) for cost in config.costs.values())


def _amount(cost: CostConfig, reader: Reader, at: float) -> float | None:
    if cost.query is None:
        return 1.0
    found = reader.instant(reader.main, cost.query, at, f"{cost.product}: {cost.noun}")
    known = (one.values[0] for one in found if one.values and math.isfinite(one.values[0]))
    return next(known, None)


def summed(used: Iterable[tuple[CostConfig, float | None]]) -> ServiceCosts:
    """Return the costs of amounts at their prices."""
    found = list(used)
    total = sum(cost.price * amount for cost, amount in found if amount is not None)
    lines = tuple(_line(cost, amount, total) for cost, amount in found)
    return ServiceCosts(
        lines=lines,
        products=tuple(_products(lines, total)),
        total=total,
        unknown=tuple(one.family for one in lines if one.amount is None and one.family),
    )


def _line(cost: CostConfig, amount: float | None, total: float) -> CostLine:
    dollars = None if amount is None else cost.price * amount
    return CostLine(
        product=cost.product,
        noun=cost.noun,
        unit=cost.unit,
        amount=amount,
        price=cost.price,
        dollars=dollars,
        share=None if dollars is None else _share(dollars, total),
        family=cost.family,
    )


def _products(lines: Iterable[CostLine], total: float) -> Iterator[ProductCost]:
    """Yield the products in the order of their lines."""
    sums: dict[str, float] = {}
    for line in lines:
        if line.dollars is not None:
            sums[line.product] = sums.get(line.product, 0.0) + line.dollars
    for product, dollars in sums.items():
        yield ProductCost(product, dollars, _share(dollars, total))


def _share(dollars: float, total: float) -> float:
    return dollars / total if total else 0.0
