"""The shape of the code: short files, short functions, values passed by name."""

from tests.sources import every, product

MOST_LINES = 300  # of a file
LONGEST = 60  # lines of a function of the product
MOST_POSITIONAL = 4  # values of a constructor that are passed without their name


def test_no_file_is_long() -> None:
    """A file fits a few screens, also in tests."""
    lines = {source.path: source.text.count("\n") for source in every()}
    long = {path: count for path, count in lines.items() if count > MOST_LINES}
    assert not long, long


def test_no_function_is_long() -> None:
    """A function of the product fits a screen."""
    long = [
        f"{source.path}:{line}: {name} has {lines} lines"
        for source in product()
        for name, line, lines in source.functions
        if lines > LONGEST
    ]
    assert not long, "\n".join(long)


def test_many_values_are_passed_by_name() -> None:
    """A constructor with five values is read without looking up which is the third."""
    ours = {name for source in every() for name in source.classes}
    found = [
        f"{source.path}:{call.line}: {call.name}"
        for source in every()
        for call in source.calls
        if call.name in ours and call.positional > MOST_POSITIONAL
    ]
    assert not found, "\n".join(found)
