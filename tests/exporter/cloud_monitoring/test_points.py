"""Series to label values: identity, cleaning, code classes, and what is refused."""

from math import isnan
from typing import Any

import pytest
from google.api.distribution_pb2 import Distribution
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.points import (
    Identities,
    code_class,
    identify,
    mean,
    refusal,
    unix_nanoseconds,
    wire_key,
)
from exporter.exposition.label_values import clean
from tests.exporter.cloud_monitoring.messages import OK, SERVICE, distribution, series

assert isinstance(REQUESTS.source, CloudMonitoring)
SOURCE = REQUESTS.source
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "a", "b", "a\0b"]))


def identity(metric: dict[str, str], resource: dict[str, str] = SERVICE) -> Any:
    """Return the identity of a series of the request count."""
    return identify(REQUESTS, SOURCE, series({60: 1}, metric=metric, resource=resource), "asked")


def test_an_identity() -> None:
    """Exported values are in the family's order; the key has every label; all are known."""
    found = identity(OK)
    assert found.labels == ("p", "us-central1", "s", "2xx")
    assert found.unknown == ()
    assert found.key == (
        '["cloud_run_revision",[["metric.response_code","200"],["metric.response_code_class","2xx"],'
        '["metric.route",""],["resource.configuration_name","s"],["resource.location","us-central1"],'
        '["resource.project_id","p"],["resource.revision_name","r1"],["resource.service_name","s"]]]'
    )


def test_an_unknown_label_is_no_part_of_what_is_exported() -> None:
    """A new label is reported and tells source series apart, which export as one."""
    one, two = (identity({**OK, "tier": tier}) for tier in ("a", "b"))
    assert one.unknown == two.unknown == ("metric.tier",)
    assert one.labels == two.labels == identity(OK).labels
    assert len({one.key, two.key, identity(OK).key}) == 3


def test_a_label_that_is_missing_is_empty() -> None:
    """Without a project label the project that was asked stands; other labels are empty."""
    assert identity({}, {}).labels == ("asked", "", "", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("200", "2xx"),
        ("2xx", "2xx"),
        ("500", "5xx"),
        ("0", "0xx"),
        ("", ""),
        ("none", "none"),
        ("a\n", clean("a\n")),
    ],
)
def test_code_classes_have_one_form(value: str, expected: str) -> None:
    """A code or its class becomes the class; what is neither stays, cleaned."""
    assert code_class(value) == expected
    assert identity({**OK, "response_code_class": value}).labels[-1] == expected


@given(st.text(max_size=300))
def test_cleaned_values_are_printable_and_short(value: str) -> None:
    """A value that is printable and short stays; another is cut, control characters replaced."""
    found = identity({**OK, "response_code_class": f"x{value}"}).labels[-1]
    assert found.isprintable()
    assert found == clean(f"x{value}")
    begun = found[:150]
    assert all(
        b in (a, "\N{REPLACEMENT CHARACTER}", "~")
        for a, b in zip(f"x{value}", begun.partition("~")[0], strict=False)
    )


@given(st.lists(st.tuples(LABELS, LABELS), max_size=12))
def test_bytes_on_the_wire_tell_series_apart(pairs: list[tuple[Any, Any]]) -> None:
    """Series with different labels never have the same bytes, whichever message they are in."""
    keys: dict[bytes, str] = {}
    for metric, resource in pairs:
        one = series({}, metric=metric, resource=resource)
        key = identify(REQUESTS, SOURCE, one, "p").key
        assert keys.setdefault(wire_key(one), key) == key


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("DELTA STRING", "STRING values are not numbers"),
        ("DELTA MONEY", "MONEY values are not numbers"),
        ("GAUGE INT64", "it is GAUGE INT64, the catalog has DELTA INT64"),
        ("DELTA DOUBLE", "it is DELTA DOUBLE, the catalog has DELTA INT64"),
    ],
)
def test_what_the_catalog_does_not_say_is_refused(kind: str, text: str) -> None:
    """A series of another kind or type is refused with both sides of the difference."""
    point = "x" if "STRING" in kind else 1
    assert refusal(SOURCE, series({60: point}, kind=kind)) == text


def test_a_series_without_points_is_refused() -> None:
    """An empty series is refused, a sound one is not."""
    assert refusal(SOURCE, series({60: 1})) == ""
    assert refusal(SOURCE, series({})) == "it has no points"


def test_the_mean_of_nothing_is_no_number() -> None:
    """A distribution has its mean, and none without values."""
    assert mean(distribution([1, 1], mean=12.5)) == 12.5
    assert isnan(mean(Distribution(count=0, mean=0.0)))


def test_an_identity_is_read_once() -> None:
    """The same bytes give the very same identity, until it is released or all are forgotten."""
    identities, one = Identities(REQUESTS, SOURCE, "p"), series({60: 1})
    wire = wire_key(one)
    found = identities.identity(wire, one)
    assert identities.identity(wire, one) is found
    identities.release(wire)
    identities.release(wire)
    again = identities.identity(wire, one)
    assert again == found
    assert again is not found
    identities.forget()
    assert identities.identity(wire, one) is not again


def test_a_timestamp_in_nanoseconds() -> None:
    """Seconds and their fraction add up."""
    assert unix_nanoseconds(Timestamp(seconds=3, nanos=5)) == 3_000_000_005


def test_a_label_value_is_at_most_200_characters_long() -> None:
    """The 201st is cut, the 200th stays."""
    assert [len(clean("a" * length)) for length in (199, 200, 201)] == [199, 200, 200]


def test_cleaned_series_are_counted() -> None:
    """Known series whose label values were changed are counted once each, until forgotten."""
    identities = Identities(REQUESTS, SOURCE, "asked")
    for code in ("2xx", "two\nlines", "two\rlines", "two\nlines"):
        one = series({60: 1}, metric={**OK, "response_code_class": code}, resource=SERVICE)
        identities.identity(wire_key(one), one)
    assert len(identities.cleaned) == 2
    identities.forget()
    assert not identities.cleaned
