"""What is paid for is measured by families that are exported, each price once."""

import pytest

from exporter.catalog import CATALOG
from exporter.settings import PriceSettings, Settings
from generators.promql_tree.tree import series_names
from generators.service_costs import USES, costs


def priced(**prices: object) -> dict[str, dict[str, object]]:
    """Return the costs of some prices."""
    settings = Settings.model_validate({"prices": prices})
    return {name: dict(cost) for name, cost in costs(settings).items()}


def test_every_price_of_the_service_has_its_use() -> None:
    """Each key of prices is used, but for what others cost and what alerting policies do."""
    keys = set(PriceSettings.model_fields) - {"others"}
    unused = keys - {use.price for use in USES}
    assert unused == {"alert_condition_month", "alert_million_points"}


@pytest.mark.parametrize("price", [use.price for use in USES])
def test_a_use_is_asked_of_its_family(price: str) -> None:
    """The query reads the family that the line names, and beside it only how much was read."""
    (cost,) = priced(**{price: 1.5}).values()
    assert cost["price"] == 1.5
    names = set(series_names(str(cost["query"]))) - {"ionmon_data_seconds_total"}
    assert names == {cost["family"]}
    assert cost["family"] in CATALOG


def test_what_has_no_price_is_left_out() -> None:
    """Fixed amounts have neither query nor family."""
    assert priced() == {}
    assert priced(others={"cdn": 20}) == {
        "others.cdn": {
            "product": "Other",
            "noun": "cdn",
            "unit": "month",
            "price": 20.0,
            "family": None,
            "query": None,
        }
    }
