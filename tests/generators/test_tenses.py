"""A headline is written once, and read in two tenses."""

import pytest

from generators.tenses import past, present


def test_a_headline_has_two_tenses() -> None:
    """The verb in braces is now what it is, and afterwards what it was."""
    assert present("Too many requests {fail}.") == "Too many requests fail"
    assert past("Too many requests {fail}.") == "Too many requests failed"


def test_a_headline_without_a_verb_in_braces_stays_as_it_is() -> None:
    """What is written without braces has one form, and loses its full stop."""
    assert present("It is slow.") == past("It is slow.") == "It is slow"


def test_a_verb_without_a_past_is_refused() -> None:
    """A verb that the table lacks is an error in both tenses, as the rules are built in one."""
    for tense in (present, past):
        with pytest.raises(KeyError, match="explode"):
            tense("Requests {explode}.")
