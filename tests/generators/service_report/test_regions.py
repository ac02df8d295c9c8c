"""Regions stand beside each other, those of the settings first; what is not judged is not well."""

from dataclasses import replace

from exporter.prometheus.api import Points
from generators.service_report.formats import RenderOptions
from generators.service_report.model import Health
from generators.service_report.regions import comparison
from generators.service_report.text import render
from tests.generators.service_report.reports import full, reported


def values(**found: float) -> list[Points]:
    """Return a value of each region."""
    return [
        Points((("region", name.replace("_", "-")),), (0.0,), (value,))
        for name, value in found.items()
    ]


def test_the_regions_of_the_settings_stand_first() -> None:
    """In their order; the others follow by name."""
    found = {"error_rate": values(a_region=0.1, us_central1=0.2, europe_west1=0.3)}
    table = comparison((reported(),), found, ("us-central1", "europe-west1", "asia"))
    assert [row.region for row in table.rows] == ["us-central1", "europe-west1", "a-region"]


def test_a_region_is_as_bad_as_its_worst_place() -> None:
    """One whose last five minutes were not judged is not known, and one without a value neither."""
    other = reported(signal=reported().signal, latest_by=())
    found = {"error_rate": values(us_central1=0.002, europe_west1=0.013, asia=0.001)}
    (first, second, third) = comparison((reported(),), found, ()).rows
    health = {row.region: row.cells[0].health for row in (first, second, third)}
    assert health == {
        "asia": Health.UNKNOWN,
        "europe-west1": Health.FAILING,
        "us-central1": Health.OK,
    }
    unjudged = comparison((other,), found, ())
    assert {row.cells[0].health for row in unjudged.rows} == {Health.UNKNOWN}


def test_a_region_is_held_against_the_objective() -> None:
    """Availability has no limit: a region below what is promised is off it, whatever is now."""
    state = replace(reported().signal, name="availability", limits=())
    here = reported(signal=state, latest_by=(), objective=0.9995)
    found = {"availability": values(europe_west1=0.963, us_central1=0.9999)}
    cells = [row.cells[0].health for row in comparison((here,), found, ()).rows]
    assert cells == [Health.WARNING, Health.OK]


def test_a_region_that_nothing_is_held_against_has_no_mark() -> None:
    """A tick would say that it is well."""
    state = replace(reported().signal, limits=())
    found = {"error_rate": values(europe_west1=0.039)}
    table = comparison((reported(signal=state, latest_by=()),), found, ())
    assert table.rows[0].cells[0].health is Health.UNJUDGED
    text = render(full(regions=table), RenderOptions())
    assert text[text.index("REGIONS") :].splitlines()[2].split() == ["error_rate", "3.9%"]


def test_a_signal_without_values_is_no_column() -> None:
    """There is nothing to compare."""
    assert comparison((reported(),), {"error_rate": []}, ()).columns == ()
