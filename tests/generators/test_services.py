"""The forms of an alert for single services."""

import pytest

from exporter.catalog.expression import Matcher
from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.alert_table import ThresholdAlert
from generators.policy import policy
from generators.selectors import ExcludedMatcher, selector
from generators.services import variants

LABELS = ("gcp_project", "region", "service_name")


def settings(**services: object) -> Settings:
    """Return settings with these services."""
    return Settings.model_validate({"services": services})


def row(name: str, found: Settings) -> ThresholdAlert | None:
    """Return an alert's row of the policy."""
    return next((one for one in policy(found).thresholds if one.name == name), None)


def forms(found: Settings, name: str, labels: tuple[str, ...] = LABELS) -> list[tuple[object, ...]]:
    """Return selector, team, threshold and services of each form."""
    return [
        (selector("x", v.matchers), v.team, v.row.threshold, v.services)
        for v in variants(found, labels, lambda s: row(name, s))
    ]


def test_without_services_there_is_one_form() -> None:
    """Nothing set apart: one form, for every series."""
    assert forms(settings(), "ErrorRateCritical") == [("x", "", 0.01, ())]


def test_forms_exclude_each_other() -> None:
    """Each series is judged by one form: those with the same owner and row share one."""
    found = settings(
        a={"owner": "blue"},
        b={"owner": "red", "alerts": {"ErrorRateCritical": {"threshold": 0.02}}},
        c={"owner": "blue"},
        d={"objectives": {"availability": 0.999}},
    )
    assert forms(found, "ErrorRateCritical") == [
        ('x{service_name!~"a|c|b"}', "", 0.01, ()),
        ('x{service_name=~"a|c"}', "blue", 0.01, ("a", "c")),
        ('x{service_name="b"}', "red", 0.02, ("b",)),
    ]


def test_an_alert_that_is_off_for_a_service_has_no_form_for_it() -> None:
    """Off for one: it is excluded, and nothing takes its place. Off for all but one: one form."""
    off, on = {"enabled": False}, {"enabled": True}
    found = settings(a={"alerts": {"CPUHigh": off}})
    assert forms(found, "CPUHigh") == [('x{service_name!="a"}', "", 0.8, ())]
    found = Settings.model_validate(
        {"alerts": {"CPUHigh": off}, "services": {"a": {"alerts": {"CPUHigh": on}}}}
    )
    assert forms(found, "CPUHigh") == [('x{service_name="a"}', "", 0.8, ("a",))]


def test_databases_belong_to_the_service_that_lists_them() -> None:
    """An alert about databases has a form by database; a service without any has none."""
    found = settings(a={"owner": "blue", "databases": ("p:one", "p:two")}, b={"owner": "red"})
    assert forms(found, "DatabaseLag", ("gcp_project", "region", "database_id")) == [
        ('x{database_id!~"p:one|p:two"}', "", 0.5, ()),
        ('x{database_id=~"p:one|p:two"}', "blue", 0.5, ("a",)),
    ]


def test_what_is_left_out_is_inherited() -> None:
    """A service's own threshold leaves the alert's other keys as they are for all."""
    found = Settings.model_validate(
        {
            "alerts": {"ErrorRateCritical": {"threshold": 0.03, "for": 600.0}},
            "objectives": {"window": 604800.0},
            "services": {
                "a": {
                    "alerts": {"ErrorRateCritical": {"threshold": 0.02}},
                    "objectives": {"availability": 0.9999},
                }
            },
        }
    )
    own = row("ErrorRateCritical", found.of_service("a"))
    assert own is not None
    assert (own.threshold, own.for_) == (0.02, 600)
    objective = policy(found.of_service("a")).objective
    assert (objective.share, objective.window) == (0.9999, 604800)


@pytest.mark.parametrize(
    ("service", "text"),
    [
        (
            {"alerts": {"ErrorRateCritical": {"threshold": 0.001}}},
            "services.a.alerts.ErrorRateCritical.threshold: 0.1% is no worse than",
        ),
        (
            {"alerts": {"DatabaseLag": {"threshold": 1.0}}},
            "services.a.alerts.DatabaseLag: is about databases and the service lists none;",
        ),
    ],
)
def test_a_contradiction_names_the_service(service: object, text: str) -> None:
    """What cannot hold for a service is refused at its key."""
    with pytest.raises(SettingsError) as error:
        policy(settings(a=service))
    assert text in str(error.value)


def test_a_database_belongs_to_one_service() -> None:
    """Two services that list one database are refused: its alerts have one owner."""
    with pytest.raises(ValueError, match=r"'p:one' belongs to services\.a already"):
        settings(a={"databases": ("p:one",)}, b={"databases": ("p:one",)})


def test_an_excluded_value_is_quoted_as_text() -> None:
    """A name with a dot excludes that name alone."""
    matchers = (ExcludedMatcher("a", ("b.c", "d")), Matcher("e", ("f",)))
    assert selector("x", matchers) == 'x{a!~"b\\\\.c|d",e="f"}'
