"""Things are found by labels that they have, whatever others they have."""

from exporter.bridge.label_index import LabelIndex

INDEX = LabelIndex(
    (
        ({"alertname": "A", "region": "x", "replica": "1"}, 1),
        ({"alertname": "A", "region": "y"}, 2),
        ({"alertname": "A", "region": "x"}, 3),
    )
)


def test_all_labels_have_to_be_there() -> None:
    """More labels do no harm; another value or a missing one does. The order is kept."""
    assert INDEX.having((("alertname", "A"), ("region", "x"))) == [1, 3]
    assert INDEX.having((("alertname", "A"),)) == [1, 2, 3]
    assert INDEX.having((("alertname", "B"),)) == ()
    assert INDEX.having((("alertname", "A"), ("zone", "x"))) == ()
