"""The JSON of a digest: valid, with every fact of the mail, and each key is documented."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

from exporter.bridge.digest.json_text import as_json
from exporter.bridge.digest.model import AlertCounts
from exporter.bridge.digest.text import text
from tests.exporter.bridge.digest.digests import full

DIGEST = full()
DOCS = Path(__file__).parents[4] / "docs" / "history.md"


def keys(value: Any) -> Iterator[str]:
    """Yield the keys of all objects but those of labels."""
    match value:
        case dict():
            for name, one in value.items():
                yield name
                yield from keys(one) if name != "labels" else ()
        case list():
            for one in value:
                yield from keys(one)


def test_it_has_the_facts_of_the_mail() -> None:
    """Alerts, figures and what is not known, as they are; the headline is that of the mail."""
    found = json.loads(as_json(DIGEST))
    assert found["schema_version"] == 1
    assert [one["name"] for one in found["firing"]] == [one.name for one in DIGEST.firing]
    assert found["span"] == {"start": DIGEST.span.start, "end": DIGEST.span.end}
    signals = {one["name"]: one["now"] for one in found["state"]["signals"]}
    assert signals == {one.name: one.now for one in DIGEST.state.signals}
    assert found["faults"] == list(DIGEST.faults)
    assert (found["fired"]["firing"], found["fired"]["resolved"]) == (
        DIGEST.fired.firing,
        DIGEST.fired.resolved,
    )
    assert found["headline"] in text(DIGEST).replace("\n", " ")


def test_what_is_not_known_is_null() -> None:
    """JSON has no NaN and no infinity; labels are an object."""
    signal = replace(DIGEST.state.signals[0], line=(1.0, nan, inf))
    state = replace(DIGEST.state, signals=(signal,))
    found = json.loads(as_json(replace(DIGEST, state=state, fired=AlertCounts(0, 0))))
    assert found["state"]["signals"][0]["line"] == [1.0, None, None]
    assert all(isinstance(one["labels"], dict) for one in found["state"]["budgets"])


def test_each_key_is_documented() -> None:
    """The table of docs/history.md names all of them."""
    section = DOCS.read_text(encoding="utf-8").partition("`ionmon digest --json`")[2]
    documented = set(re.findall(r"`([a-z_]+)`", section.partition("\n## ")[0]))
    assert set(keys(json.loads(as_json(DIGEST)))) - documented == set()
