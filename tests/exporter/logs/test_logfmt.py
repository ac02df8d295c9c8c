"""Lines of a server's log are read as it meant them."""

from exporter.logs.logfmt import logfmt_fields


def test_values_are_read_with_and_without_quotes() -> None:
    """A quote, an equals sign and a line break in quotes belong to the value."""
    line = r'ts=2026-01-01T00:00:00Z level=error msg="a \"b\" = c\nd" empty= err.code=7'
    assert logfmt_fields(line) == {
        "ts": "2026-01-01T00:00:00Z",
        "level": "error",
        "msg": 'a "b" = c\nd',
        "empty": "",
        "err.code": "7",
    }


def test_what_json_cannot_read_is_kept_as_it_is() -> None:
    r"""Go writes \x1b, which is no escape of JSON."""
    assert logfmt_fields(r'msg="a \x1b b"') == {"msg": r"a \x1b b"}


def test_what_is_no_logfmt_has_no_fields() -> None:
    """A plain sentence is none."""
    assert logfmt_fields("message to ops: Disk is full") == {}
