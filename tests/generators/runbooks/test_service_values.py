"""A runbook and the list of alerts have the values of each service: one page is read for all."""

from tests.generators.runbooks.reading import documents, runbook

SHOP = {
    "objectives": {"availability": "99.5%", "window": "30d"},
    "alerts": {"ErrorRateCritical": {"threshold": "5%"}, "CPUHigh": {"enabled": False}},
    "services": {
        "checkout": {
            "objectives": {"availability": "99.9%"},
            "alerts": {"ErrorRateCritical": {"threshold": "2%"}, "CPUHigh": {"enabled": True}},
        },
        "search": {"alerts": {"ErrorRateCritical": {"enabled": False}}},
        "other": {},
    },
}
HEADING = "Services with values of their own:"


def test_a_runbook_has_the_values_of_each_service() -> None:
    """So does its row in docs/alerts.md; a service that inherits is not named."""
    text = runbook("ErrorRateCritical", **SHOP).split("\n## First")[0]
    assert text.endswith(
        f"{HEADING}\n\n- checkout: error rate (4xx and 5xx) above 2% for 3m\n- search: never\n"
    )
    (row,) = (
        line
        for line in documents(**SHOP)["docs/alerts.md"].splitlines()
        if line.startswith("| [ErrorRateCritical]")
    )
    assert "checkout: error rate (4xx and 5xx) above 2% for 3m; search: never |" in row


def test_objectives_are_values_too() -> None:
    """Who is on call for the service reads its own objective."""
    text = runbook("SLABreach", **SHOP)
    assert "- checkout: error budget of 99.9% burns above " in text
    assert "- search: " not in text


def test_where_all_are_alike_nothing_is_said() -> None:
    """Alerts about what no service has for itself, too."""
    assert HEADING not in runbook("MemoryHigh", **SHOP)
    assert HEADING not in runbook("DatabaseLag", **SHOP)


def test_an_alert_of_one_service_says_whose_it_is() -> None:
    """All other services have none."""
    text = runbook("CPUHigh", **SHOP)
    assert "- checkout: mean CPU utilization above 80% for 5m\n- all others: never\n" in text
