"""Texts from outside are shown on one line, of bounded length, whatever is in them."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.summary.label_text import one_line, place, plain, without_controls

ANY = st.text(st.characters(exclude_categories=()))  # lone surrogates, too
NAMES = st.sampled_from(("service_name", "region", "gcp_project", "pod", "\ud800"))


@given(ANY, st.dictionaries(NAMES | ANY, ANY))
def test_every_text_can_be_written(text: str, labels: dict[str, str]) -> None:
    """Nothing is left that a terminal obeys, or that no file can hold."""
    for found in (one_line(text), plain(text), place(labels)):
        assert found.isprintable()
        found.encode()
    assert max(len(plain(text * 50)), len(place({"region": text * 50}))) <= 200


@given(ANY)
def test_the_lines_of_a_text_stay(text: str) -> None:
    """Only what cannot be shown becomes a space."""
    found = without_controls(text)
    assert found.replace("\n", "").isprintable()
    assert found.count("\n") == text.count("\n")
    assert len(found) == len(text)
