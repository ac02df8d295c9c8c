"""An alert is taken by its name, its id, or the first characters of its id."""

import pytest

from exporter.commands.alert_names import closest, is_start_of_id, may_be_id


@pytest.mark.parametrize(
    ("text", "may", "is_long"),
    [
        ("5f3a91c2e07d4b18", True, True),
        ("5f3a", True, True),
        ("5f3", True, False),
        ("5f3a91c2e07d4b180", False, False),
        ("CPUHigh", False, False),
        ("", False, False),
    ],
)
def test_ids_are_known_by_their_form(text: str, *, may: bool, is_long: bool) -> None:
    """Sixteen hexadecimal digits, of which the first four choose an alert."""
    assert (may_be_id(text), is_start_of_id(text)) == (may, is_long)


def test_the_nearest_name_is_found() -> None:
    """Whatever its case; none where no name is like it."""
    assert closest("cpuhigh", ("MemoryHigh", "CPUHigh")) == "CPUHigh"
    assert closest("Nope", ("MemoryHigh", "CPUHigh")) == ""
