"""Pages are whole, in either format, zipped or plain, and what did not change is not redone."""

import gzip
import subprocess
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog import CATALOG
from exporter.catalog.model import Family, Label, Type
from exporter.exposition import exposition
from exporter.exposition.exposition import ROOM, Exposition, Format
from exporter.exposition.piece import MOST_PLAIN
from exporter.exposition.samples import Buckets, Part, Sample
from exporter.exposition.snapshot import snapshot
from tests.exporter.samples import COUNTER, GAUGE, TIMES_TAKEN, buckets, expected, parts, read

KINDS = (
    parts(GAUGE, st.floats()),
    parts(COUNTER, st.integers(0, 9)),
    parts(TIMES_TAKEN, buckets()),
)
ROUNDS = st.lists(st.tuples(*(st.none() | kind for kind in KINDS)), min_size=1, max_size=4)


def shown(found: tuple[Part, ...]) -> list[tuple[Family, tuple[Part, ...]]]:
    """Return parts as families, one each."""
    return [(part.family, (part,)) for part in found]


@given(ROUNDS)
def test_each_page_is_what_a_fresh_start_would_serve(
    rounds: list[tuple[Part | None, ...]],
) -> None:
    """Over any mix of changed and unchanged parts, pages are right, and zipped ones the same."""
    kept, held = Exposition(), tuple(Part(f, ()) for f in (GAUGE, COUNTER, TIMES_TAKEN))
    for changes in rounds:
        held = tuple(new or old for new, old in zip(changes, held, strict=True))
        for fmt in Format:
            plain = kept.body(shown(held), fmt, gzip=False)
            assert plain == Exposition().body(shown(held), fmt, gzip=False)
            assert plain == gzip.decompress(kept.body(shown(held), fmt, gzip=True))
            rows = [r for p in held for r in expected(p, created=fmt is Format.OPENMETRICS)]
            assert rows == read(plain, fmt)


def test_the_end_is_openmetrics_own() -> None:
    """OpenMetrics ends with one # EOF, also where nothing is served; the old format has none."""
    for found in ((), (Part(GAUGE, (Sample(("", ""), 1),)),)):
        new = Exposition().body(shown(found), Format.OPENMETRICS, gzip=False)
        assert new.endswith(b"# EOF\n")
        assert new.count(b"# EOF") == 1
        assert b"EOF" not in Exposition().body(shown(found), Format.TEXT, gzip=False)


def test_an_unchanged_part_is_encoded_once() -> None:
    """Of two parts, the one that stays is encoded once a format, whatever is asked for."""
    page, stays = Exposition(), Part(GAUGE, (Sample(("x", ""), 1),))
    with patch.object(exposition, "chunks", wraps=exposition.chunks) as encode:
        for value in range(3):
            changing = Part(COUNTER, (Sample(("", ""), value),))
            for fmt in Format:
                page.body(shown((stays, changing)), fmt, gzip=True)
                page.body(shown((stays, changing)), fmt, gzip=False)
    asked = [call.args[0] for call in encode.call_args_list]
    assert asked.count(stays) == len(Format)
    assert len(asked) == len(Format) * (1 + 3)


def test_an_unchanged_part_is_compressed_once() -> None:
    """The compressed bytes of what stays are the same object from page to page."""
    page, stays = Exposition(), Part(GAUGE, (Sample(("x", ""), 1),))
    page.body(shown((stays,)), Format.TEXT, gzip=True)
    before = page._pieces[False][stays].packed()
    page.body(shown((stays, Part(COUNTER, (Sample(("", ""), 1),)))), Format.TEXT, gzip=True)
    assert page._pieces[False][stays].packed() is before


def test_a_part_that_is_gone_is_forgotten() -> None:
    """What is no longer served is not kept."""
    page, gone = Exposition(), Part(GAUGE, (Sample(("x", ""), 1),))
    page.body(shown((gone,)), Format.TEXT, gzip=False)
    page.body((), Format.TEXT, gzip=False)
    assert page._pieces[False] == {}


def everything() -> list[tuple[Family, tuple[Part, ...]]]:
    """Return one series of every family of the catalog."""
    histogram = Buckets((0.1, 1.0), (1, 2, 3), 4.5)
    samples = {
        f.name: Sample(
            tuple("x" for _ in f.labels), histogram if f.type is Type.HISTOGRAM else 1, None
        )
        for f in CATALOG.values()
    }
    return list(snapshot((Part(f, (samples[f.name],)) for f in CATALOG.values()), 1).families)


def test_promtool_has_nothing_to_say_of_the_whole_catalog() -> None:
    """A page with every family passes Prometheus' own linter without a word."""
    page = Exposition().body(everything(), Format.TEXT, gzip=False)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=page, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_no_two_families_clash_in_openmetrics() -> None:
    """Without their suffixes, the names of all families are still one each."""
    rows = read(Exposition().body(everything(), Format.OPENMETRICS, gzip=False), Format.OPENMETRICS)
    assert {name for name, _, _ in rows} >= {
        f.name for f in CATALOG.values() if f.type is not Type.HISTOGRAM
    }


def version(*names: str, kind: Type = Type.COUNTER, text: str = "Orders. [test]") -> Family:
    """Return one version of a family, which has the same name in each."""
    labels = tuple(Label(name, name) for name in names)
    return replace(COUNTER, name="t_orders_total", type=kind, labels=labels, help=text)


def test_a_family_may_change_its_labels_type_and_help() -> None:
    """What was encoded under a name before does not matter: each version reads as a fresh start."""
    versions = [
        Part(version("kind"), (Sample(("book",), 1),)),
        Part(version("kind", "shop"), (Sample(("book", "web"), 2),)),
        Part(version("shop", "kind"), (Sample(("web", "book"), 3),)),
        Part(version("kind", kind=Type.GAUGE, text="Other. [test]"), (Sample(("book",), 4),)),
        Part(
            version("kind", kind=Type.HISTOGRAM), (Sample(("book",), Buckets((1.0,), (1, 0), 2.0)),)
        ),
    ]
    page = Exposition()
    for part in (*versions, *reversed(versions)):
        for fmt in Format:
            fresh = Exposition().body(shown((part,)), fmt, gzip=False)
            assert page.body(shown((part,)), fmt, gzip=False) == fresh


def test_parts_of_a_family_may_have_other_labels() -> None:
    """On one page, each line has the names of its own part."""
    first = Part(version("kind"), (Sample(("book",), 1),))
    second = Part(version("shop", "kind"), (Sample(("web", "pen"), 2),))
    for fmt in Format:
        lines = Exposition().body([(first.family, (first, second))], fmt, gzip=False).decode()
        assert 't_orders_total{kind="book"} 1' in lines
        assert 't_orders_total{shop="web",kind="pen"} 2' in lines


BROKEN = [
    (Part(GAUGE, (Sample(("x",), 1),)), "labels"),
    (Part(GAUGE, (Sample(("x", "y", "z"), 1),)), "labels"),
    (Part(GAUGE, (Sample(("x", "\ud800"), 1),)), "text"),
    (Part(GAUGE, (Sample(("x", "y"), Buckets((1.0,), (1, 0), 1.0)),)), "value"),
    (Part(GAUGE, (Sample(("x", "y"), "1"),)), "value"),  # type: ignore[arg-type]  # what must not be
    (Part(GAUGE, (Sample(("x", 1), 1),)), "value"),  # type: ignore[arg-type]  # what must not be
    (Part(TIMES_TAKEN, (Sample(("x", "y"), 1),)), "value"),
    (Part(TIMES_TAKEN, (Sample(("x", "y"), Buckets((1.0,), (1,), 1.0)),)), "labels"),
    (Part(replace(GAUGE, name="no name"), (Sample(("x", "y"), 1),)), "labels"),
    (
        Part(replace(GAUGE, labels=(Label("a", ""), Label("a", ""))), (Sample(("x", "y"), 1),)),
        "labels",
    ),
    (
        Part(
            replace(TIMES_TAKEN, labels=(Label("le", ""),)),
            (Sample(("x",), Buckets((1.0,), (1, 0), 1.0)),),
        ),
        "labels",
    ),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_part_that_cannot_be_encoded_costs_itself(broken: Part, reason: str) -> None:
    """Everything else is served, in both formats, and the failure has a reason, once a format."""
    failed: list[tuple[str, str]] = []
    page = Exposition(lambda family, failure: failed.append((family.name, failure.reason)))
    good = Part(COUNTER, (Sample(("x", ""), 1),))
    for fmt in Format:
        for _ in range(2):
            body = page.body(shown((broken, good)), fmt, gzip=False)
            assert [row[0] for row in read(body, fmt)] == [COUNTER.name]
    assert failed == [(broken.family.name, reason)] * len(Format)


def test_a_help_text_that_is_no_text_costs_nothing() -> None:
    """A lone surrogate in the help, which JSON may bring, is replaced."""
    part = Part(replace(GAUGE, help="a\ud800b"), (Sample(("x", ""), 1),))
    assert b"# HELP t_gauge a?b\n" in Exposition().body(shown((part,)), Format.TEXT, gzip=False)


def test_large_parts_are_held_plain_only_while_there_is_room() -> None:
    """Of sixty parts of 0.7 MB the first 32 MiB are held plain; all are on the page."""
    labels = [(f"{n:07d}" + "x" * 90,) for n in range(5_000)]
    family = version("path")
    many = tuple(Part(family, tuple(Sample(one, turn) for one in labels)) for turn in range(60))
    encoding = Exposition()
    encoded = encoding.encode(((family, many),), Format.TEXT)
    plain = [piece.held for piece in encoded.pieces if piece.held > MOST_PLAIN]
    assert ROOM <= sum(plain) < ROOM + 2 * max(plain)
    assert sum(piece.held for piece in encoded.pieces) == sum(plain) + encoded.pieces[0].size
    page = bytes(exposition.body((encoded,), Format.TEXT, gzip=False))
    assert page.count(b"\n") == 60 * 5_000 + 2  # the family's two lines of help and type
