"""An application is read in one round trip, both layouts at once, and only what exists."""

from dataclasses import replace
from pathlib import Path

import pytest

from exporter.catalog import own
from exporter.errors import PollError, Reason
from exporter.recorder.layout import Shape
from tests import servers
from tests.exporter.application.states import counter, gauge, histogram
from tests.exporter.application.writing import Writer
from tests.exporter.recorder.reading import Exporter, Page

pytestmark = pytest.mark.slow

ORDERS = counter("kind", "pay")


def lookups(server: servers.Redis) -> tuple[int, int]:
    """Return the server's keyspace hits and misses."""
    return int(server.info("keyspace_hits")), int(server.info("keyspace_misses"))


def series(page: Page, name: str) -> list[object]:
    """Return a family's values."""
    return sorted(page.get(name, {}).values())


def test_both_layouts_are_added_for_as_long_as_either_has_fields(tmp_path: Path) -> None:
    """A rolling deploy of the recorder, its rollback, and an exporter that starts afterwards."""
    with servers.redis(tmp_path) as server:
        old, new = Writer(server, 1).begin("one"), Writer(server).begin("two")
        exporter = Exporter(server.port)
        old.count("orders_total", ORDERS, ("book", "card"), 100)
        assert series(exporter.page(), "app_orders_total") == [100]
        new.count("orders_total", counter("pay", "kind"), ("card", "book"), 20)
        assert series(exporter.page(), "app_orders_total") == [120]
        old.count("orders_total", ORDERS, ("book", "card"), 3)
        assert series(exporter.page(), "app_orders_total") == [123]
        exporter.close()
        again = Exporter(server.port)
        assert series(again.page(), "app_orders_total") == [123]
        again.close()


def test_what_does_not_exist_is_not_read(tmp_path: Path) -> None:
    """No lookup misses, whatever the number of regions, windows and layouts."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().count("c_total", counter(), (), 1)
        for region in ("eu", "us"):
            writer.client.sadd(writer.keys.regions, region)
        exporter = Exporter(server.port)
        exporter.page()
        before = lookups(server)
        for _ in range(20):
            exporter.read()
        after = lookups(server)
        exporter.close()
    assert after[1] == before[1] == 0
    assert after[0] - before[0] == 20 * 5  # meta, families, totals, seqs, seen


def test_keys_that_begin_to_exist_are_read_at_once(tmp_path: Path) -> None:
    """The first counts of an application are shown by the next poll."""
    with servers.redis(tmp_path) as server:
        exporter = Exporter(server.port)
        assert exporter.page() == {"app_active_users": {}}
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        exporter.read()
        assert series(exporter.page(), "app_c_total") == [5]
        writer.set("g", gauge(), (), 3.0)
        assert series(exporter.page(), "app_g") == [3.0]
        exporter.close()


@pytest.mark.parametrize("key", ["totals", "gauges", "families", "seqs", "seen", "regions"])
def test_a_key_of_another_type_costs_only_itself(tmp_path: Path, key: str) -> None:
    """What else is there is shown; the key is noted."""
    with servers.redis(tmp_path) as server:
        old = Writer(server, 1).begin().count("old_total", counter(), (), 2)
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        writer.set("g", gauge(), (), 3.0)
        writer.client.delete(getattr(writer.keys, key))
        writer.client.set(getattr(writer.keys, key), "text")
        exporter = Exporter(server.port)
        exporter.read()
        delivery = exporter.read()
        page = exporter.page()
        exporter.close()
        old.client.close()
    assert series(page, "app_old_total") == [2]
    assert any("WRONGTYPE" in note for note in delivery.notes)
    if key not in ("totals", "families"):
        assert series(page, "app_c_total") == [5]


def test_one_odd_field_costs_only_itself(tmp_path: Path) -> None:
    """No number, an infinite one, no description, bytes that are no text: the rest goes on."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        totals, shape = writer.keys.totals, counter("a")
        writer.describe("d_total", shape)
        writer.client.hset(totals, writer.name("d_total", shape, ("text",)), "many")
        writer.client.hset(totals, writer.name("d_total", shape, ("much",)), "inf")
        writer.client.hset(totals, writer.name("d_total", shape, ("good",)), "4")
        writer.client.hset(totals, b"\xff\x00", "1")
        writer.client.hset(writer.keys.families, "x", "{")
        writer.client.hset(writer.keys.gauges, "alone", "1")
        writer.client.hset(writer.keys.seqs, "i9", "many")
        exporter = Exporter(server.port)
        exporter.read()
        delivery, page = exporter.read(), exporter.page()
        exporter.close()
    assert (series(page, "app_c_total"), series(page, "app_d_total")) == ([5], [4])
    keys = {note.partition(":")[0] for note in delivery.notes}
    assert keys == {"totals", "families", "gauges", "seqs"}


def test_a_sum_that_no_float_holds_costs_only_its_family(tmp_path: Path) -> None:
    """Each version's total is a number, both together are none."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        for names in (("a", "b"), ("b", "a")):
            shape = counter(*names)
            writer.describe("big_total", shape)
            field = writer.name("big_total", shape, ("x", "x"))
            writer.client.hset(writer.keys.totals, field, "1.7e308")
        exporter = Exporter(server.port)
        exporter.read()
        delivery, page = exporter.read(), exporter.page()
        exporter.close()
    assert (series(page, "app_c_total"), series(page, "app_big_total")) == ([5], [])
    assert [note.partition(":")[0] for note in delivery.notes] == ["app_big_total"]


def test_what_is_left_out_is_counted_once(tmp_path: Path) -> None:
    """Not again at each poll, and what comes later is added."""
    with servers.redis(tmp_path) as server:
        writer, shape = Writer(server).begin(), counter("n")
        exporter, found = Exporter(server.port), []
        exporter.poll._target = replace(exporter.poll._target, limit=3)
        for number in (2, 5, 4, 6):
            for name in range(number):
                writer.count("c_total", shape, (str(name),), 1)
            exporter.page()
            found.append(exporter.telemetry.value(own.SERIES_DROPPED, ("app_c_total", "limit")))
        exporter.close()
    assert found == [0, 2, 2, 3]


def test_a_histogram_beside_a_counter_of_its_name(tmp_path: Path) -> None:
    """Version 1 has one description for both; a restart shows the rest, too."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server, 1).begin()
        writer.count("x_total", counter(), (), 1).count("good_total", counter(), (), 1)
        writer.count("x_total", histogram((1.0,)), (), 1, part="1.0")
        exporter = Exporter(server.port)
        page = exporter.page()
        exporter.close()
    assert series(page, "app_good_total") == [1]


def test_a_refused_command_fails_the_poll(tmp_path: Path) -> None:
    """The reason is the missing right, with its fix."""
    with servers.redis(tmp_path) as server:
        rights = ("~ionmon:*", "+@all", "-hgetall")
        server.cli("ACL", "SETUSER", "poor", "on", ">pw", *rights)
        Writer(server).begin().count("c_total", counter(), (), 5)
        password = tmp_path / "password"
        password.write_text("pw")
        exporter = Exporter(server.port, username="poor", password_file=password)
        with pytest.raises(PollError, match="grant the user the application's keys") as caught:
            exporter.read()
        exporter.close()
    assert caught.value.reason is Reason.PERMISSION


def test_without_the_right_to_look_everything_is_read(tmp_path: Path) -> None:
    """A user without MEMORY USAGE sees the same page; only more lookups miss."""
    with servers.redis(tmp_path) as server:
        rights = ("~ionmon:*", "+@all", "-memory|usage")
        server.cli("ACL", "SETUSER", "poor", "on", ">pw", *rights)
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        writer.client.sadd(writer.keys.regions, "eu")
        password = tmp_path / "password"
        password.write_text("pw")
        exporter = Exporter(server.port, username="poor", password_file=password)
        page = exporter.page()
        exporter.close()
    assert series(page, "app_c_total") == [5]
    assert set(page["app_active_users"].values()) == {0}


def test_gauges_stay_where_it_is_unknown_who_lives(tmp_path: Path) -> None:
    """Instances are removed for their silence only."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().set("g", gauge(), (), 3.0)
        writer.client.delete(writer.keys.seen)
        writer.client.set(writer.keys.seen, "text")
        exporter = Exporter(server.port)
        exporter.poll._cleaned = 0.0
        exporter.page()
        exporter.close()
        assert writer.client.hlen(writer.keys.gauges) == 1


def test_a_redis_that_is_full_is_read(tmp_path: Path) -> None:
    """It refuses scripts and transactions; what is there is shown, and it is read on afterwards."""
    with servers.redis(tmp_path, "--maxmemory-policy", "noeviction") as server:
        writer = Writer(server).begin().count("c_total", counter(), (), 5)
        exporter, again = Exporter(server.port), Exporter(server.port)
        assert series(exporter.page(), "app_c_total") == [5]
        server.cli("CONFIG", "SET", "maxmemory", "1")
        assert series(exporter.page(), "app_c_total") == [5]
        assert series(again.page(), "app_c_total") == [5]
        server.cli("CONFIG", "SET", "maxmemory", "0")
        writer.count("c_total", counter(), (), 1)
        assert series(exporter.page(), "app_c_total") == [6]
        exporter.close()
        again.close()


def test_recorders_learn_how_often_an_exporter_reads(tmp_path: Path) -> None:
    """Of several exporters the slowest one's interval is written; it is written again if lost."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin()
        quick, slow = Exporter(server.port), Exporter(server.port)
        slow.poll._reader._interval = 30.0
        found = []
        for exporter in (quick, slow, quick):
            exporter.page()
            found.append(writer.client.hget(writer.keys.meta, "exporter_interval"))
        writer.client.flushall()
        slow.page()
        found.append(writer.client.hget(writer.keys.meta, "exporter_interval"))
        quick.close()
        slow.close()
    assert found == [b"1", b"30", b"30", b"30"]


def test_shapes_are_those_of_a_field_s_digest() -> None:
    """What counting depends on makes another schema, help and rule do not."""
    shape = Shape(type="gauge", help="A.", labels=("a",))
    assert Shape(type="gauge", help="B.", labels=("a",), rule="max").digest == shape.digest
    assert Shape(type="gauge", help="A.", labels=("b",)).digest != shape.digest
