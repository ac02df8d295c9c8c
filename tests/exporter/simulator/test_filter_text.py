"""The Monitoring filter language."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.cloud_monitoring.filters import quote
from exporter.simulator.filter_text import UNSUPPORTED, Subject, matches, metric_type, parse
from exporter.simulator.refusal import Refusal

SUBJECT = Subject(
    metric_type="run.googleapis.com/request_count",
    resource_type="cloud_run_revision",
    project="ion-demo",
    metric={"response_code": "500", "odd-key": "x"},
    resource={"location": "europe-west1"},
)
TYPE = 'metric.type = "run.googleapis.com/request_count"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TYPE, True),
        ("metric.type='run.googleapis.com/request_count'", True),
        (f'{TYPE} AND resource.type = "cloud_run_revision"', True),
        (f'{TYPE} resource.type = "cloud_run_job"', False),
        ('metric.labels.response_code != "500"', False),
        ('metric.label.response_code = "500"', True),
        ("metric.labels.response_code = 500", True),
        ('metric.labels."odd-key" = "x"', True),
        ('metric.labels.absent = ""', True),
        ('resource.labels.location = starts_with("europe")', True),
        ('resource.labels.location = ends_with("west2")', False),
        ('resource.labels.location = has_substring("-w")', True),
        ('resource.labels.location : "west"', True),
        ('resource.labels.location = one_of("asia", "europe-west1")', True),
        ('resource.labels.location = monitoring.regex.full_match("europe-.*")', True),
        ('resource.labels.location = monitoring.regex.full_match("europe")', False),
        ('resource.labels.location != starts_with("europe")', False),
        ('NOT resource.labels.location = "europe-west1"', False),
        ('-resource.labels.location = "asia"', True),
        ('project = "ion-demo"', True),
        ('project = "a" OR project = "ion-demo"', True),
        ('project = "ion-demo" OR project = "a" AND metric.labels.response_code = "1"', False),
        ('(project = "a" AND project = "b") OR project = "ion-demo"', True),
    ],
)
def test_clauses(text: str, expected: bool) -> None:
    """Each form of clause selects what Google's documentation says."""
    assert expected is matches(parse(text), SUBJECT)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('metric.labels.a = ("x" OR "y")', UNSUPPORTED),
        ("", "too early"),
        ("metric.type", "too early"),
        ('metric.colour = "x"', "unknown field"),
        ('(metric.type = "x"', "not closed"),
        ('metric.type = "x")', "not expected"),
        ('metric.type = nothing("x")', "cannot be called"),
        ('metric.type = starts_with("x", "y")', "cannot be called"),
        ('metric.type = starts_with("x"', "not closed"),
        ("metric.type = starts_with(x)", UNSUPPORTED),
        ('metric.type "x"', "no operator"),
        ("metric.type = ;", "stopped at"),
        ('metric.labels.a = monitoring.regex.full_match("(")', "regular expression"),
    ],
)
def test_wrong_filters_are_refused(text: str, part: str) -> None:
    """What is no filter is refused as INVALID_ARGUMENT, and the text says where it went wrong."""
    with pytest.raises(Refusal, match=part.replace("(", r"\(")) as refusal:
        parse(text)
    assert refusal.value.code.name == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "text",
    [
        'resource.type = "x"',
        'metric.type = starts_with("run")',
        'metric.type != "a"',
        'metric.type = "a" OR metric.type = "b"',
    ],
)
def test_a_query_names_exactly_one_metric_type(text: str) -> None:
    """None, several or a pattern of metric types is refused."""
    with pytest.raises(Refusal, match="one metric type"):
        metric_type(parse(text))


@given(st.text())
def test_quoting_round_trips(text: str) -> None:
    """Whatever the exporter quotes, the simulator reads as the same text."""
    node = parse(f"metric.labels.key = {quote(text)} AND {TYPE}")
    assert matches(node, SUBJECT._replace(metric={"key": text}))
    assert not matches(node, SUBJECT._replace(metric={"key": text + "x"}))


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text is parsed or refused."""
    with suppress(Refusal):
        assert parse(text) == parse(text)
