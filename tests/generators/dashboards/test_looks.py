"""The style of a panel reaches the file."""

from tests.generators.dashboards.made import boards, changed, panel, reference


def test_a_row_without_a_value_has_words() -> None:
    """A revision that runs no more is no missing value; a table without rows says so in one."""
    words = {
        override["matcher"]["options"]: one["value"]
        for override in panel(reference()["overview"], 32)["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "noValue"
    }
    assert words == {"First seen": "no data", "Runs": "none"}


def test_the_most_severe_and_newest_alert_is_first() -> None:
    """A table may be sorted by several columns."""
    sorts = panel(reference()["overview"], 31)["options"]["sortBy"]
    assert [(one["displayName"], one["desc"]) for one in sorts] == [
        ("Severity", True),
        ("Firing for", False),
    ]


def test_scales() -> None:
    """Burn rates are shown by powers of ten; what is mostly nothing has room for one."""
    burn, refused = panel(reference()["reliability"], 202), panel(reference()["cache"], 134)
    scales = [
        one["fieldConfig"]["defaults"]["custom"]["scaleDistribution"] for one in (burn, refused)
    ]
    assert scales == [{"log": 10, "type": "log"}, {"type": "linear"}]
    assert refused["fieldConfig"]["defaults"]["custom"]["axisSoftMax"] == 1


def test_a_window_says_its_limit() -> None:
    """The limit of the alert that looks at it, and none where nothing does."""

    def legends(**alerts: dict[str, bool]) -> list[str]:
        board = boards(changed(alerts=alerts))["reliability"]
        return [target["legendFormat"] for target in panel(board, 202)["targets"]]

    assert legends() == ["1h, limit 14.4", "6h, limit 6", "1d, limit 3", "3d, limit 1"]
    assert legends(ErrorBudgetBurn={"enabled": False})[2:] == ["1d", "3d"]
