"""What a real Grafana makes of panels: rules of its own that hide, cut or recolour what is said."""

from collections.abc import Iterator

import pytest

from tests.generators.dashboards.made import Body, boards, changed, panel, panels, reference

ALONE = boards(changed(prometheus={}))
ROAD = boards(changed(application={"road": "logs"}))
EVERY = {
    f"{kind}-{name}-{shown['id']}": shown
    for kind, made in (("two", reference()), ("one", ALONE), ("logs", ROAD))
    for name, board in made.items()
    for shown in panels(board)
}
FIGURE = 4  # columns of the grid
ROOM = 68  # pixels that Grafana leaves the title of so narrow a panel on a screen of 1440
# Advances of Inter at 14 px, in tenths of a pixel; others are as wide as an `m`.
ADVANCES = {
    **dict.fromkeys("Iil,.", 37),
    **dict.fromkeys("1 frt", 52),
    **dict.fromkeys("acesvxyz", 79),
    **dict.fromkeys("bdghknopqu", 86),
    **dict.fromkeys("0235678SLBEFJPRT", 92),
    **dict.fromkeys("ACDHNUKVXY9", 104),
}


def of(kind: str) -> list[Body]:
    """Return all panels of a kind, of one server and of two."""
    return [shown for shown in EVERY.values() if shown["type"] == kind]


def properties(shown: Body) -> Iterator[tuple[str, str, Body]]:
    """Yield the column or series, the name and the value of each override."""
    for override in shown["fieldConfig"]["overrides"]:
        for one in override["properties"]:
            yield override["matcher"]["options"], one["id"], one["value"]


def test_no_table_has_a_unit_of_dates() -> None:
    """Grafana reads every text of such a table as a date, and shows NaN."""
    for shown in of("table"):
        assert shown["fieldConfig"]["defaults"]["unit"] == "short"


def test_states_with_words_have_no_thresholds_to_merge_by() -> None:
    """Grafana forgets the words and colours of values that it merges by threshold."""
    for shown in of("state-timeline"):
        defaults = shown["fieldConfig"]["defaults"]
        assert (defaults["color"]["mode"] == "fixed") == bool(defaults["mappings"]), shown["title"]


def test_a_value_has_its_column_however_grafana_names_it() -> None:
    """A datasource that answers one query of a table has `Value`, and not `Value #I`."""
    for shown in of("table"):
        servers = [target["datasource"]["uid"] for target in shown["targets"]]
        renamed = shown["transformations"][1]["options"]["renameByName"]
        alone = [one for one in servers if servers.count(one) == 1]
        assert ("Value" in renamed) == bool(alone)
        for server in alone:
            ref = shown["targets"][servers.index(server)]["refId"]
            assert renamed["Value"] == renamed[f"Value #{ref}"]
        index = shown["transformations"][1]["options"]["indexByName"]
        assert index.keys() == renamed.keys()


def test_values_beside_each_other_have_a_size() -> None:
    """Grafana's own choice is six pixels for four severities, and forty for a bar."""
    for shown in of("bargauge"):
        assert shown["options"]["text"] == {"titleSize": 14, "valueSize": 16}
    several = [shown for shown in of("stat") if len(shown["targets"]) > 1]
    assert {shown["id"] for shown in several} == {6, 65}
    for shown in several:
        assert shown["options"]["text"] == {"titleSize": 13, "valueSize": 18}


def test_figures_are_of_the_end_of_the_range() -> None:
    """The last point of a range of a month is hours old; so is a window that grows with it."""
    for name, shown in EVERY.items():
        for target in shown["targets"]:
            assert shown["type"] != "stat" or target["instant"], name
            if target["instant"]:
                assert "$__rate_interval" not in target["expr"], name
                assert "$__interval" not in target["expr"], name


def test_missing_data_is_no_verdict() -> None:
    """Without a colour of its own, the text of a figure has that of the best or the worst value."""
    for shown in (*of("stat"), *of("bargauge")):
        last = shown["fieldConfig"]["defaults"]["mappings"][-1]
        text = shown["fieldConfig"]["defaults"]["noValue"]
        assert last["options"]["match"] == "null+nan"
        assert last["options"]["result"]["color"] == "text"
        assert last["options"]["result"]["text"] == text
    for shown in of("table"):
        words = {column: text for column, name, text in properties(shown) if name == "noValue"}
        mapped = {
            column: found[-1]["options"]["result"]["text"]
            for column, name, found in properties(shown)
            if name == "mappings" and found[-1]["type"] == "special"
        }
        assert mapped == words


def test_no_text_for_missing_data_says_that_all_is_well() -> None:
    """A monitoring that is dead has no data either."""
    for shown in EVERY.values():
        text = shown["fieldConfig"]["defaults"]["noValue"]
        assert not text.startswith("no ") or "no data" in text, (shown["id"], text)


def test_each_query_of_a_range_has_its_step() -> None:
    """A panel of two datasources has none: Grafana would ask for six times as many points."""
    for shown in EVERY.values():
        for target in shown["targets"]:
            assert ("interval" in target) != target["instant"]
    last_week = panel(reference()["overview"], 20)["targets"][-1]
    assert last_week["interval"] == "5m"
    alone = panel(ALONE["overview"], 20)["targets"][-1]
    assert alone["interval"] == "1m"


def test_columns_may_be_narrow_and_hold_their_titles() -> None:
    """Grafana's minimum of 150 pixels pushes columns out; an arrow takes twenty of a title."""
    for shown in of("table"):
        assert shown["fieldConfig"]["defaults"]["custom"]["minWidth"] == 60
        for column, name, width in properties(shown):
            if name == "custom.width":
                assert width >= 45 + 7 * len(column), column  # type: ignore[operator] - a number


def test_a_region_keeps_what_was_chosen() -> None:
    """The project, the service and both servers; the region of the board itself is replaced."""
    for made, longterm in ((reference(), True), (ALONE, False)):
        for board, number in (("overview", 30), ("performance", 43), ("performance", 44)):
            shown = panel(made[board], number)
            links = [
                link for _, name, found in properties(shown) if name == "links" for link in found
            ]
            (url,) = (link["url"] for link in (*links, *shown["fieldConfig"]["defaults"]["links"]))
            for name in ("project", "service", "datasource"):
                assert f"${{{name}:queryparam}}" in url
            assert ("${longterm:queryparam}" in url) == longterm
            assert url.count("region") in (1, 2)
            assert "all_variables" not in url


def test_titles_of_figures_fit() -> None:
    """In a panel a sixth wide; a title that is cut may be that of another panel."""
    for name, shown in EVERY.items():
        if shown["type"] == "stat" and shown["gridPos"]["w"] <= FIGURE:
            width = sum(ADVANCES.get(letter, 120) for letter in shown["title"]) / 10
            assert width <= ROOM, (name, shown["title"], width)
    for made in (reference(), ALONE):
        for board in made.values():
            titles = [shown["title"] for shown in panels(board) if shown["type"] == "stat"]
            assert len(titles) == len(set(titles))


def test_pickers_are_for_what_a_reader_chooses() -> None:
    """Two pickers that list both servers would be swapped; a link may still set them."""
    for board in (*reference().values(), *ALONE.values()):
        found = {one["name"]: one["hide"] for one in board["templating"]["list"]}
        for name, hide in found.items():
            assert hide == (2 if name in ("datasource", "longterm") else 0)


@pytest.mark.parametrize(
    ("board", "variable", "series"),
    [
        ("infrastructure", "region", ("cloudsql_cpu_utilization_ratio", "cloudrun_instances")),
        ("infrastructure", "database", ("cloudsql_cpu_utilization_ratio",)),
        ("infrastructure", "project", ("ionmon_data_age_seconds",)),
        ("performance", "service", ("cloudrun_pending_requests",)),
        ("cache", "cache", ("redis_memory_used_bytes", "redis:redis_health:longterm_min")),
    ],
)
def test_a_variable_lists_what_any_source_has(
    board: str, variable: str, series: tuple[str, ...]
) -> None:
    """A region with a database alone, a database without connections, a service without traffic."""
    found = next(v for v in reference()[board]["templating"]["list"] if v["name"] == variable)
    for name in series:
        assert f'"{name}|' in found["definition"] or f"|{name}" in found["definition"]
