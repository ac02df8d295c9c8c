"""ionmon application shows what is in Redis, and takes out no more than it was given."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exporter.application.contents import labels
from exporter.commands.application import command
from exporter.errors import SettingsError
from tests import servers
from tests.docs.json_keys import unlike_page
from tests.exporter.application.states import counter, gauge, histogram
from tests.exporter.application.writing import Writer
from tests.exporter.running import written

pytestmark = pytest.mark.slow

ORDERS, SWAPPED = counter("kind", "pay"), counter("pay", "kind")


class Shop:
    """An application in Redis, in both layouts, and the command on it."""

    def __init__(self, server: servers.Redis, folder: Path) -> None:
        self.new, self.old = Writer(server).begin(), Writer(server, 1).begin()
        target = {"name": "r", "url": f"redis://127.0.0.1:{server.port}"}
        tree = {"redis": {"targets": [target]}, "application": {"redis": "r", "name": "shop"}}
        self.config = written(folder / "monitoring.yaml", tree)
        for writer in (self.new, self.old):
            writer.count("orders_total", ORDERS, ("book", "card, paid"), 2)
            writer.count("orders_total", ORDERS, ("pen", "cash"), 3)
            writer.set("queue", gauge("kind"), ("book",), 4.0)
        self.new.count("orders_total", SWAPPED, ("cash", "pen"), 5)
        self.new.count("h", histogram((1.0, 2.0)), (), 1, part="1.0")

    def run(self, *arguments: str, text: str = "") -> Result:
        """Run the command."""
        words = [*arguments, "--config", str(self.config)]
        return CliRunner().invoke(command, words, input=text)

    def left(self) -> dict[str, int]:
        """Return how many fields each layout's keys have."""
        return {
            f"{writer.version} {name}": writer.client.hlen(getattr(writer.keys, name))
            for writer in (self.old, self.new)
            for name in ("totals", "gauges", "families")
        }


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return an application in a Redis of its own."""
    with servers.redis(tmp_path) as server:
        yield Shop(server, tmp_path)


def test_show_lists_every_schema(shop: Shop) -> None:
    """With its layout, labels and sizes, the largest first; as text and as JSON."""
    found = json.loads(shop.run("show", "--json").stdout)
    assert unlike_page("application show", found) == []
    rows = [(r["exported"], r["layout"], r["labels"], r["series"]) for r in found["schemas"]]
    assert sorted(map(str, rows)) == sorted(
        map(
            str,
            [
                ("app_orders_total", 1, ["kind", "pay"], 2),
                ("app_orders_total", 2, ["kind", "pay"], 2),
                ("app_orders_total", 2, ["pay", "kind"], 1),
                ("app_queue", 1, ["kind"], 1),
                ("app_queue", 2, ["kind"], 1),
                ("app_h", 2, [], 1),
            ],
        )
    )
    assert (found["fields"], found["instances"]) == (6, 2)
    text = shop.run("show").stdout
    assert "shop: 2 instances" in text
    assert "6 fields of totals, 0% of 100,000." in text


def test_a_series_is_meant_by_its_labels_in_every_schema(shop: Shop) -> None:
    """Whatever their order, layout and characters are; descriptions stay."""
    before = shop.left()
    found = shop.run("forget", "shop", "--yes", "--series", "pay=cash,kind=pen")
    assert found.output == "3 fields are deleted\n"
    after = shop.left()
    assert before["1 totals"] - after["1 totals"] == 1
    assert before["2 totals"] - after["2 totals"] == 2
    found = shop.run("forget", "shop", "--yes", "--series", "pay=card, paid", "--family", "h")
    assert isinstance(found.exception, SettingsError)
    found = shop.run("forget", "shop", "--yes", "--json", "--series", "kind=book,pay=card, paid")
    body = json.loads(found.stdout)
    assert (unlike_page("application forget", body), body["deleted"]) == ([], 2)
    assert shop.left()["2 families"] == before["2 families"]


@pytest.mark.parametrize("name", ["queue", "app_queue"])
def test_a_family_goes_with_its_descriptions(shop: Shop, name: str) -> None:
    """By its own name or the exported one; other families stay."""
    shop.run("forget", "shop", "--yes", "--family", name)
    left = shop.left()
    assert (left["1 gauges"], left["2 gauges"]) == (0, 0)
    assert (left["1 families"], left["2 families"]) == (1, 3)
    assert (left["1 totals"], left["2 totals"]) == (2, 4)


def test_a_whole_application_goes_after_a_question(shop: Shop) -> None:
    """Nothing is deleted before the answer."""
    before = shop.left()
    assert shop.run("forget", "shop", text="n\n").exit_code == 1
    assert shop.left() == before
    found = shop.run("forget", "shop", text="y\n")
    assert "Delete 14 fields of shop? Their counts are lost" in found.output
    assert set(shop.left().values()) == {0}


def test_what_is_not_there_is_said(shop: Shop) -> None:
    """An application or a family of another name, and labels that are none."""
    for words in (("other",), ("shop", "--family", "x"), ("shop", "--series", "kind")):
        assert isinstance(shop.run("forget", "--yes", *words).exception, SettingsError)


def test_labels_are_read_as_written() -> None:
    """A value may have commas and equals signs."""
    assert labels("a=1,b=x=y, z,c=") == {"a": "1", "b": "x=y, z", "c": ""}
    assert labels("") == {}
