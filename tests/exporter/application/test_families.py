"""An application's metric is the catalog's family, or one of its own, or unfit."""

import pytest

from exporter.application.families import SchemaKey, Unfit, joined
from exporter.application.state import Schema
from exporter.catalog import application as catalog
from exporter.catalog.model import ApplicationMetric, Family, Label, Type, Unit
from exporter.recorder.layout import Shape


def exported(name: str, shape: Shape) -> Family:
    """Return the family of a metric; its reason is raised where it is unfit."""
    found, unfit = joined({SchemaKey(2, name, shape.digest): Schema(shape)})
    for error in unfit.values():
        raise error
    (family,) = found.values()
    return family.family


@pytest.mark.parametrize("name", ["jobs_total", "app_jobs_total"])
def test_a_metric_of_its_own_is_an_app_family(name: str) -> None:
    """It has the prefix once, its help with the origin, and its labels."""
    label = Label("kind", "label of the application")
    expected = Family(
        name="app_jobs_total",
        type=Type.COUNTER,
        unit=Unit.NONE,
        help="Jobs. [application]",
        labels=(label,),
        source=ApplicationMetric(name),
    )
    assert expected == exported(name, Shape(type="counter", help="Jobs.", labels=("kind",)))


def test_the_catalog_s_families_are_known() -> None:
    """A metric of the catalog is that family, whichever order its labels have."""
    labels = tuple(reversed(catalog.REQUESTS.label_names))
    assert (
        exported("app_requests_total", Shape(type="counter", help="x", labels=labels))
        is catalog.REQUESTS
    )


@pytest.mark.parametrize(
    ("name", "shape", "text"),
    [
        (
            "app_requests_total",
            Shape(type="gauge", help="R.", labels=("region",)),
            "must be a counter with the labels region, end",
        ),
        ("h", Shape(type="histogram", help="H.", labels=("le",)), "has a label le already"),
        (
            "app_pool_limit",
            Shape(type="histogram", help="P.", labels=("region",)),
            "must be a gauge",
        ),
        (
            "x",
            Shape(type="gaugehistogram", help="X.", labels=()),
            "unknown type 'gaugehistogram'",
        ),
        ("a.b", Shape(type="gauge", help="X.", labels=()), "letters, digits and _ only"),
        ("a\nb", Shape(type="gauge", help="X.", labels=()), "letters, digits and _ only"),
        ("x", Shape(type="gauge", help="X.", labels=("a b",)), "letters, digits and _ only"),
        ("x", Shape(type="gauge", help="X.", labels=("a", "a")), "has a label twice"),
    ],
)
def test_what_would_break_the_page_is_unfit(name: str, shape: Shape, text: str) -> None:
    """Each reason is reported, with the fix."""
    with pytest.raises(Unfit, match=text):
        exported(name, shape)
