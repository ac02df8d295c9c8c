"""Who scrapes, and what all of them have seen."""

import pytest

from exporter.web.scrapers import MAX_CLIENTS, MAX_PACE, Scrapers


def visits(scrapers: Scrapers, client: str, pace: int, until: int, first: int = 0) -> None:
    """Note a visit each `pace` seconds; the generation is the time."""
    for at in range(first, until + 1, pace):
        scrapers.note(client, at, at)


def test_nobody_has_seen_anything() -> None:
    """Without a visit there is no generation that counts as seen."""
    assert Scrapers().seen(0) is None


def test_one_visit_shows_but_nobody_waits_for_a_second() -> None:
    """What only passers-by have got counts as seen by the latest of them."""
    scrapers = Scrapers()
    scrapers.note("a", 0, 3)
    scrapers.note("b", 1, 7)
    assert scrapers.seen(1) == 7
    assert scrapers.seen(1000) == 7


def test_a_passer_by_does_not_count_beside_a_scraper() -> None:
    """A visit of somebody who came once neither holds up nor hurries what scrapers see."""
    scrapers = Scrapers()
    visits(scrapers, "prometheus", 15, 30)
    scrapers.note("curl", 31, 31)
    scrapers.note("old", 1, 1)
    assert scrapers.seen(31) == 30


def test_the_slower_of_two_scrapers_is_waited_for() -> None:
    """Of two that keep their paces, the generation that both have got counts."""
    scrapers = Scrapers()
    visits(scrapers, "fast", 5, 100)
    visits(scrapers, "slow", 60, 60)
    assert scrapers.seen(100) == 60
    scrapers.note("slow", 120, 120)
    visits(scrapers, "fast", 5, 120, 105)
    assert scrapers.seen(120) == 120


def test_one_that_goes_away_is_waited_for_two_and_a_half_of_its_paces() -> None:
    """At 2.5 paces and a second it still holds the others up; after that it does not."""
    scrapers = Scrapers()
    visits(scrapers, "gone", 10, 20)
    visits(scrapers, "stays", 10, 60)
    assert scrapers.seen(46) == 20
    assert scrapers.seen(46.001) == 60


@pytest.mark.parametrize(("pace", "expected"), [(MAX_PACE, 0), (MAX_PACE + 1, 121)])
def test_the_longest_pace(pace: float, expected: int) -> None:
    """One that comes each two minutes is waited for; one that is slower is not."""
    scrapers = Scrapers()
    scrapers.note("slow", -pace, 0)
    scrapers.note("slow", 0, 0)
    scrapers.note("fast", 119, 119)
    scrapers.note("fast", 121, 121)
    assert expected == scrapers.seen(121)


def test_two_servers_behind_one_name_are_waited_for_at_the_longer_pace() -> None:
    """Visits at 0, 1, 15, 16 s fade from 14 s, so that the pause until 30 s is no end."""
    scrapers = Scrapers()
    for at in (0, 1, 15, 16):
        scrapers.note("pair", at, at)
    visits(scrapers, "other", 1, 40)
    assert scrapers.seen(40) == 16
    assert scrapers.seen(16 + 2.5 * 14 * 0.8 + 1.01) == 40


def test_passers_by_are_forgotten() -> None:
    """More clients than are kept push out those that came once, never a scraper."""
    scrapers = Scrapers()
    visits(scrapers, "prometheus", 15, 30)
    for number in range(MAX_CLIENTS * 2):
        scrapers.note(str(number), 30, 30)
    assert len(scrapers._visits) <= MAX_CLIENTS + 1
    scrapers.note("prometheus", 45, 45)
    assert scrapers.seen(45) == 45
