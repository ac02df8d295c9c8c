"""Filter text, read back by the parser of the simulated API."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.filters import Selection, descriptor_filter, metric_filter, quote
from exporter.simulator.filter_text import Subject, matches, metric_type, parse, unquoted

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NASTY = st.text(st.sampled_from('\\"\n\t\r()=, aOR'), max_size=12)
SERVICE = "resource.service_name"
assert isinstance(REQUESTS.source, CloudMonitoring)
SOURCE = REQUESTS.source


def subject(service: str, region: str = "us-central1") -> Subject:
    """Return a series of the request count."""
    labels = {"service_name": service, "location": region}
    return Subject(
        metric_type=SOURCE.metric,
        resource_type=SOURCE.resource,
        project="p",
        metric={},
        resource=labels,
    )


@given(ANY_TEXT | NASTY)
def test_what_is_quoted_reads_back(value: str) -> None:
    """A quoted value is one literal of one line, and its text is the value."""
    assert value == unquoted(quote(value))
    assert "\n" not in quote(value)
    assert matches(parse(f"resource.labels.service_name = {quote(value)}"), subject(value))


@given(st.lists(ANY_TEXT | NASTY, min_size=1, max_size=4), ANY_TEXT | NASTY)
def test_a_selection_takes_its_values_and_no_others(values: list[str], other: str) -> None:
    """Whatever the values hold, the filter passes exactly the series that have one of them."""
    text = metric_filter(SOURCE, Selection({SERVICE: tuple(values)}))
    tree = parse(text)
    assert metric_type(tree) == SOURCE.metric
    assert all(matches(tree, subject(value)) for value in values)
    assert matches(tree, subject(other)) is (other in values)


def test_a_filter_as_it_is_written() -> None:
    """Metric and resource come first; several values are alternatives in parentheses."""
    head = (
        'metric.type = "run.googleapis.com/request_count" AND resource.type = "cloud_run_revision"'
    )
    assert metric_filter(SOURCE) == head
    one = Selection({SERVICE: ("a",)})
    assert metric_filter(SOURCE, one) == f'{head} AND resource.labels.service_name = "a"'
    two = Selection({SERVICE: ("a", "b"), "resource.location": ("x",)})
    assert metric_filter(SOURCE, two) == (
        f'{head} AND (resource.labels.service_name = "a" OR resource.labels.service_name = "b")'
        ' AND resource.labels.location = "x"'
    )


def test_labels_combine() -> None:
    """A series has to pass for every label; labels that are summed away select, too."""
    chosen = Selection(
        {SERVICE: ("a", "b"), "resource.location": ("x",), "metric.response_code": ("500",)}
    )
    tree = parse(metric_filter(SOURCE, chosen))
    labels = {"service_name": "b", "location": "x"}
    found = [
        matches(
            tree,
            Subject(
                metric_type=SOURCE.metric,
                resource_type=SOURCE.resource,
                project="p",
                metric={"response_code": code},
                resource=labels,
            ),
        )
        for code in ("500", "200")
    ]
    assert found == [True, False]
    assert not matches(tree, subject("b", "y"))


def test_a_label_that_the_resource_lacks_selects_nothing_away() -> None:
    """A filter by database leaves Cloud Run's filter as it is."""
    chosen = Selection({"resource.database_id": ("p:db",)})
    assert metric_filter(SOURCE, chosen) == metric_filter(SOURCE)


def test_a_resource_is_distinguished_from_another() -> None:
    """The same metric on another resource does not pass."""
    tree = parse(metric_filter(SOURCE))
    assert [matches(tree, Subject(SOURCE.metric, r)) for r in (SOURCE.resource, "gae_app")] == [
        True,
        False,
    ]


def test_descriptors_are_asked_for_by_prefix() -> None:
    """A listing takes in every metric under its prefix and no other."""
    tree = parse(descriptor_filter("run.googleapis.com/"))
    assert matches(tree, Subject("run.googleapis.com/request_count"))
    assert not matches(tree, Subject("cloudsql.googleapis.com/database/up"))
