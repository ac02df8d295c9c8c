"""A label gets another name where it is a label, and nothing else does."""

import pytest

from exporter.backfill.label_names import with_label


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ('count_values("value", a)', 'count_values("z", a)'),
        ("count_values('value', a)", "count_values('z', a)"),
        ("count_values(`value`, a)", "count_values(`z`, a)"),
        ('COUNT_VALUES BY (value) ("value", a)', 'COUNT_VALUES BY (z) ("z", a)'),
        ('count_values("value", a) by (x, value)', 'count_values("z", a) by (x, z)'),
        # A metric of that name, or with it between colons.
        ('count_values("value", value)', 'count_values("z", value)'),
        ('count_values("value", app:value:x)', 'count_values("z", app:value:x)'),
        ('count_values("value", value{value="value"})', 'count_values("z", value{z="value"})'),
        # Values, comments and longer names that read alike.
        ('count_values("value", a{b="value"})', 'count_values("z", a{b="value"})'),
        ('count_values("value", a) # by (value)', 'count_values("z", a) # by (value)'),
        ('count_values("value", a{values=~"x"})', 'count_values("z", a{values=~"x"})'),
        ('count_values("value", a{b="(value"})', 'count_values("z", a{b="(value"})'),
        # Around it.
        (
            'sum by (value) (count_values("value", a)) * on (value) group_left (value) b',
            'sum by (z) (count_values("z", a)) * on (z) group_left (z) b',
        ),
        ("sum(value) without (value)", "sum(value) without (z)"),
    ],
)
def test_only_labels_are_renamed(expr: str, expected: str) -> None:
    """Metrics, values of labels, comments and longer names stay."""
    assert with_label(expr, "value", "z") == expected
