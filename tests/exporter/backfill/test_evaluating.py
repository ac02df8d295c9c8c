"""What a rule gives over a range becomes the samples that it would have recorded."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.backfill.evaluating import KEPT, RuleEvaluation, join_kept
from exporter.backfill.plan import Chunk
from exporter.backfill.promtool import blocks_in, make_blocks, temporary_server
from exporter.backfill.rules import RecordingRule, RuleSet
from exporter.errors import IonmonError
from tests.exporter.backfill.test_plan import CUT, plan

pytestmark = pytest.mark.slow

START = CUT - 600


def rule(record: str, expr: str, *reads: str, every: int = 60) -> RecordingRule:
    """Return a rule."""
    return RecordingRule(
        record=record, expr=expr, labels=(("own", "x"),), reads=frozenset(reads), every=every
    )


def evaluated(folder: Path, *rules: RecordingRule) -> list[str]:
    """Return the lines that rules give on a counter of eleven minutes."""
    samples = folder / "samples.om"
    lines = [f'a_total{{b="c"}} {n} {START + n * 60}\n' for n in range(11)]
    samples.write_text("".join((*lines, "# EOF\n")))
    make_blocks(samples, folder)
    later = rule("later", "read_later", "read_later")
    found = RuleSet(levels=(rules, (later,)), keeps=lambda name: name != "read_later", digest="")
    out = folder / "out"
    out.mkdir()
    with temporary_server(blocks_in(folder), folder / "server") as server:
        made = replace(plan(), start=START)
        RuleEvaluation(made, found, 0, server).make(Chunk(START, CUT + 240), out)
    assert bool(blocks_in(out)) == any(one.record == "read_later" for one in rules)
    return gzip.decompress((out / KEPT).read_bytes()).decode().splitlines()


def test_series_in_parts(tmp_path: Path) -> None:
    """`a or f(b)` is one series, though its name comes and goes; labels of the rule are added."""
    text = "a_total > 5 or abs(a_total)"
    lines = evaluated(
        tmp_path, rule("r", text, "a_total"), rule("read_later", "a_total", "a_total")
    )
    assert lines == [f'r{{b="c",own="x"}} {n} {START + n * 60}' for n in range(11)]


def test_only_counters_go_on(tmp_path: Path) -> None:
    """Behind the cut only counters are evaluated; a rule that nothing is there for is left out."""
    lines = evaluated(
        tmp_path,
        rule("r", "a_total", "a_total", every=300),
        rule("r_total", "a_total", "a_total"),
        rule("none", "absent(missing)", "missing"),
    )
    names = [line.partition("{")[0] for line in lines]
    assert (names.count("r"), names.count("r_total"), names.count("none")) == (2, 14, 0)


def test_a_rule_that_is_refused(tmp_path: Path) -> None:
    """It is named, with the server's words."""
    with pytest.raises(IonmonError, match=r"^r: .*invalid label name"):
        evaluated(tmp_path, rule("r", "count_values('1 2', a_total)", "a_total"))


def test_parts_of_a_chunk_are_joined(tmp_path: Path) -> None:
    """All texts are one file; whether it has samples is returned."""
    for name, text in (("a", b"x 1 2\n"), ("b", b"")):
        (tmp_path / name).write_bytes(gzip.compress(text))
    with (tmp_path / "out").open("wb") as out:
        assert join_kept(iter([tmp_path / "a", tmp_path / "b"]), out)
        assert not join_kept(iter([tmp_path / "b"]), out)
    assert (tmp_path / "out").read_bytes() == b"x 1 2\n# EOF\n# EOF\n"
