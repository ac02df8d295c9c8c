"""/service.json is written and read back without a loss."""

import json
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from exporter.summary import recent
from exporter.summary.limits import LimitState
from exporter.summary.recent import UnknownSignal
from exporter.summary.service_json import ServiceJsonError, read_service_json, service_json
from tests.docs.json_keys import unlike_page
from tests.exporter.summary.services import EU, FAILING, US, place, service, signal

FOUND = service(
    signal(FAILING, place(US, None, limit=None), left_out=3),
    limits_fault="no <file>",
    not_known=(
        UnknownSignal("cpu", "CPU", ("cpu_family",)),
        UnknownSignal("lag", "lag", absent=True),
    ),
)
DOC = (Path(__file__).parents[3] / "docs" / "service_json.md").read_text()


def test_it_comes_back() -> None:
    """Every field of it; gaps are null on the way."""
    text = service_json(FOUND, "it fails")
    assert b"NaN" not in text
    assert repr(read_service_json(text, "here")) == repr(FOUND)


def test_infinity_is_not_known() -> None:
    """JSON has no such number."""
    found = service(signal(place(EU, float("inf"), line=(float("inf"),))))
    back = read_service_json(service_json(found, ""), "here")
    assert back is not None
    assert back.signals[0].places[0].now is None
    assert repr(back.signals[0].places[0].line) == repr((nan,))


def test_nothing_is_known_after_the_start() -> None:
    """There is a document, and no service."""
    text = service_json(None, "nothing yet")
    assert json.loads(text)["signals"] == []
    assert read_service_json(text, "here") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<html>", "http://x: is no /service.json of an exporter"),
        ("[]", "http://x: is no /service.json of an exporter"),
        ('{"schema_version": 2}', "http://x: schema_version is 2, this ionmon reads 1"),
        ('{"schema_version": 1, "at": 1}', "http://x: does not match schema_version 1"),
        (
            '{"schema_version": 1, "at": NaN, "signals": []}',
            "http://x: does not match schema_version 1",
        ),
        (
            f'{{"schema_version": 1, "at": 1{"0" * 400}}}',
            "http://x: does not match schema_version 1",
        ),
    ],
)
def test_what_is_something_else_is_refused(text: str, fault: str) -> None:
    """The error names the address and the fault."""
    with pytest.raises(ServiceJsonError) as refused:
        read_service_json(text, "http://x")
    assert str(refused.value).startswith(fault)


def test_every_key_is_documented() -> None:
    """docs/service_json.md has each key of the document, no other, and each state."""
    document = json.loads(service_json(FOUND, "it fails"))
    assert unlike_page("Contract", document, page="docs/service_json.md") == []
    assert not [state.value for state in LimitState if f"`{state.value}`" not in DOC]


def test_a_document_is_small() -> None:
    """Twenty-five signals at fifty places are a few hundred kilobytes at most."""
    line = (0.123456789,) * recent.MINUTES
    many = tuple(replace(place(f"region-{n}"), line=line) for n in range(recent.PLACES))
    text = service_json(service(*(signal(*many, line=line) for _ in range(25))), "")
    assert len(text) < 2_000_000


def test_an_older_exporter_is_read() -> None:
    """It does not say what it does not know."""
    document = json.loads(service_json(FOUND, ""))
    del document["not_known"]
    back = read_service_json(json.dumps(document), "here")
    assert repr(back) == repr(replace(FOUND, not_known=()))
