"""The exporter's own figures add up, whoever counts them."""

from concurrent.futures import ThreadPoolExecutor

from exporter.catalog import own
from exporter.exposition.samples import Sample
from exporter.telemetry import MOST_SERIES, Telemetry


def samples(telemetry: Telemetry, *computed: object) -> dict[str, tuple[Sample, ...]]:
    """Return all samples by family."""
    return {p.family.name: p.samples for p in telemetry.parts(computed)}  # type: ignore[arg-type]


def test_counters_carry_their_start_and_gauges_none() -> None:
    """What is counted says since when; what is set does not; label values are sorted."""
    telemetry = Telemetry(100.0)
    telemetry.count(own.POLLS, ("redis",), 2)
    telemetry.count(own.POLLS, ("cloud_monitoring",))
    telemetry.count(own.POLLS, ("redis",))
    telemetry.set(own.COST_PROJECTED, (), 1.5)
    telemetry.set(own.COST_PROJECTED, (), 2.5)
    assert samples(telemetry) == {
        "ionmon_polls_total": (
            Sample(("cloud_monitoring",), 1, 100.0),
            Sample(("redis",), 3, 100.0),
        ),
        "ionmon_cost_projected_dollars": (Sample((), 2.5),),
    }
    assert (telemetry.sum(own.POLLS), telemetry.value(own.POLLS, ("redis",))) == (4, 3)
    assert (telemetry.sum(own.GAP), telemetry.value(own.GAP, ("p", "f"))) == (0, 0)


def test_what_is_computed_is_shown_but_not_kept() -> None:
    """Gauges that are computed at the scrape are exposed beside those that were set."""
    telemetry = Telemetry(0.0)
    telemetry.set(own.UP, ("redis",), 1)
    shown = samples(telemetry, (own.UP, ("cloud_monitoring",), 0.0))
    assert shown["ionmon_up"] == (Sample(("cloud_monitoring",), 0.0), Sample(("redis",), 1))
    assert samples(telemetry)["ionmon_up"] == (Sample(("redis",), 1),)


def test_a_dropped_family_is_gone() -> None:
    """After a drop a family has no value, and can have one again."""
    telemetry = Telemetry(0.0)
    telemetry.set(own.CONFIG_HASH, ("old",), 1)
    telemetry.drop(own.CONFIG_HASH)
    assert samples(telemetry) == {}
    telemetry.set(own.CONFIG_HASH, ("new",), 1)
    assert samples(telemetry)["ionmon_config_hash_info"] == (Sample(("new",), 1),)


def test_a_family_has_a_most_of_series() -> None:
    """Series beyond the most are not begun, those that are there go on."""
    telemetry = Telemetry(0.0)
    for number in range(MOST_SERIES + 5):
        telemetry.count(own.GAP, ("p", str(number)))
    telemetry.count(own.GAP, ("p", "0"))
    assert telemetry.sum(own.GAP) == MOST_SERIES + 1
    telemetry.set(own.GAP, ("p", "new"), 1)
    telemetry.set(own.GAP, ("p", "0"), 9)
    assert telemetry.sum(own.GAP) == MOST_SERIES + 8


def test_threads_lose_no_count() -> None:
    """Eight threads that count at once count all of it, while another one reads."""
    telemetry = Telemetry(0.0)

    def many(_: int) -> None:
        for _ in range(2000):
            telemetry.count(own.POLLS, ("redis",))
            telemetry.parts()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(many, range(8)))
    assert telemetry.value(own.POLLS, ("redis",)) == 16_000


def test_what_did_not_change_is_the_same_part() -> None:
    """So it is not encoded again; a value that rises makes a new part of its family alone."""
    telemetry = Telemetry(0.0)
    telemetry.count(own.POLLS, ("redis",))
    telemetry.set(own.COST_PROJECTED, (), 1.5)
    polls, cost = telemetry.parts()
    assert telemetry.parts() == (polls, cost)
    telemetry.count(own.POLLS, ("redis",))
    changed, same = telemetry.parts()
    assert same is cost
    assert changed is not polls
    assert changed.samples[0].value == 2
