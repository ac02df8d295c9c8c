"""What the landing page shows of the service, as data."""

from exporter.summary.limits import LimitState
from exporter.summary.recent import UnknownSignal
from exporter.web.service_view import ROWS, PlaceCard, service_view
from tests.exporter.summary.services import EU, FAILING, US, place, service, signal

HOSTILE = "<script>alert(1)</script>"


def shown(card: PlaceCard) -> list[tuple[str, str, str, str, str]]:
    """Return the rows of a card: mark, noun, value, limit, age of the data."""
    return [(row.mark, row.noun, row.value, row.limit, row.data_age) for row in card.rows]


def test_a_region_is_a_card() -> None:
    """What is beyond a limit first; a signal is beside its limit, with the age of its data."""
    found = service_view(service(signal(FAILING, place(US))), (US, EU))
    assert [card.name for card in found.cards] == [EU, US]
    assert shown(found.cards[0]) == [("✗", "error rate", "12%", "limit 1%", "2m")]
    assert shown(found.cards[1]) == [("✓", "error rate", "0.3%", "limit 0.5%", "2m")]
    calm = service_view(service(signal(place(EU), place(US))), (US, EU))
    assert [card.name for card in calm.cards] == [US, EU]
    assert (found.headline, found.wrong) == (f"error rate 12% in {EU}, limit 1%", True)


def test_availability_is_beside_its_objective() -> None:
    """It has no limit of an alert: its budget has."""
    there = place(EU, 0.9997, state=LimitState.UNLIMITED, limit=None)
    row = signal(there, name="availability", noun="availability", kind="availability")
    assert shown(service_view(service(row)).cards[0]) == [
        ("", "availability", "99.97%", "objective 99.95%", "2m")
    ]


def test_what_is_not_known_is_said() -> None:
    """Not 0, and not left out."""
    found = service_view(service(signal(place(EU, None, state=LimitState.UNKNOWN))))
    assert shown(found.cards[0]) == [("?", "error rate", "not known", "limit 0.5%", "2m")]
    assert service_view(None).cards == ()


def test_what_nothing_reports_is_named() -> None:
    """In two or three words, beside the headline that leaves it out."""
    lag = UnknownSignal("replication_lag", "replication lag", absent=True)
    found = service_view(service(signal(place(EU)), not_known=(lag, UnknownSignal("cpu", "CPU"))))
    assert (found.absent, found.headline) == (("replication lag",), "not known: CPU")


def test_a_kind_has_one_signal() -> None:
    """The one with limits, or else the first; those of no kind are not on the page."""
    bare = place(EU, state=LimitState.UNLIMITED, limit=None)
    found = service_view(
        service(
            signal(bare, name="response_time_p50", noun="median", kind="response_time"),
            signal(place(EU), name="response_time_p95", noun="p95", kind="response_time"),
            signal(bare, name="instances", noun="instances", kind=None),
        )
    )
    assert [row.noun for row in found.cards[0].rows] == ["p95 response time"]


def test_what_has_no_region_has_a_card_of_its_own() -> None:
    """A Redis, by its name."""
    found = service_view(service(signal(place(EU, labels=(("redis_id", "ion-cache"),)))))
    assert [card.name for card in found.cards] == ["ion-cache"]


def test_owners_are_named_where_there_are_several() -> None:
    """Of services and databases apart: one of each needs no name."""
    one, other = (place(EU, labels=(("region", EU), ("service_name", n))) for n in ("a", "b"))
    database = place(EU, labels=(("database_id", "db"), ("region", EU)))
    lag = signal(database, name="replication_lag", noun="replication lag", kind="db_lag")
    card = service_view(service(signal(one, other), lag)).cards[0]
    assert [row.of for row in card.rows] == ["a", "b", ""]


def test_a_card_is_bounded() -> None:
    """What is beyond a limit is shown; the rest is counted."""
    names = [f"s{n}" for n in range(ROWS + 5)]
    many = [place(EU, labels=(("region", EU), ("service_name", n))) for n in names]
    last = place(EU, 0.5, state=LimitState.BEYOND, labels=(("region", EU), ("service_name", "z")))
    card = service_view(service(signal(*many, last))).cards[0]
    assert (len(card.rows), card.left_out, card.rows[0].of) == (ROWS, 6, "z")


def test_a_chart_is_drawn_of_the_last_minutes() -> None:
    """Its text alternative is escaped; without a value there is none."""
    row = signal(place(EU), noun=HOSTILE)
    chart = str(service_view(service(row)).cards[0].rows[0].chart)
    assert chart.startswith("<svg ")
    assert HOSTILE not in chart
    assert "last 30 minutes" in chart
    empty = place(EU, None, line=(), state=LimitState.UNKNOWN)
    assert str(service_view(service(signal(empty))).cards[0].rows[0].chart) == ""


def test_a_source_that_is_ahead_is_said_to_be() -> None:
    """Its newest data is from the future."""
    found = service_view(service(signal(place(EU), data_time=service().at + 90)))
    assert found.cards[0].rows[0].data_age == "1m 30s ahead"
