"""The application's families are those that its recorder makes."""

from exporter.catalog import application, labels
from exporter.recorder import families


def test_the_catalog_has_the_families_of_the_recorder_s_table() -> None:
    """Name, type, help and labels are stated once; the region comes first, as recorders send it."""
    for stated, family in zip(families.FAMILIES, application.FAMILIES, strict=True):
        assert (family.name, family.type) == (stated.name, stated.type)
        assert family.help == f"{stated.help} [application]"
        assert family.label_names == ("region", *stated.labels)


def test_closed_labels_have_the_values_that_the_recorder_gives_them() -> None:
    """Classes of codes, states of connections and windows are the same on both sides."""
    values = {
        label.name: label.values
        for family in application.FAMILIES
        for label in family.labels
        if label.values
    }
    assert values == {
        "response_code_class": families.CODE_CLASSES,
        "state": ("active", "idle"),
        "window": ("5m", "1h", "1d"),
    }
    assert labels.CODE_CLASS.values == families.CODE_CLASSES
