"""A plan has cuts, aligned chunks, and a text by which it is known again."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.backfill.plan import (
    CHUNK,
    STEP,
    WINDOW,
    BackfillPlan,
    FamilyCut,
    cuts,
    digest,
    read_by_rules,
    sample_names,
)
from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.filters import Selection
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.errors import IonmonError

COUNTER, GAUGE = "cloudrun_requests_total", "cloudrun_instances"
CUMULATIVE = "cloudsql_query_duration_seconds"
CUT = 1_790_000_040


def target(name: str, project: str = "p") -> FamilyTarget:
    """Return what reads a family."""
    family = CATALOG[name]
    assert isinstance(family.source, CloudMonitoring)
    return FamilyTarget(project=project, family=family, source=family.source)


def family_cut(name: str, cut: int = CUT) -> FamilyCut:
    """Return a family that is cut."""
    return FamilyCut(target=target(name), described=Described(60.0, 120.0), cut=cut)


def plan(last: int = 2 * CHUNK, *families: FamilyCut) -> BackfillPlan:
    """Return a plan of a counter, or of families."""
    return BackfillPlan(
        families=families or (family_cut(COUNTER),),
        start=(CUT - last) // 3600 * 3600,
        live=CUT + 720,
        instance="a:1",
        rules="r",
    )


def described(*names: str) -> Mapping[str, Described]:
    """Return the same description of each."""
    return dict.fromkeys(names, Described(60.0, 120.0))


@given(st.integers(60, 42 * 86400))
def test_chunks_hold_every_step_once(last: int) -> None:
    """Chunks follow each other, begin at whole multiples, and so do the windows in them."""
    made = plan(last)
    chunks = made.chunks()
    assert chunks[0].start == made.start
    assert chunks[-1].end > made.end - STEP >= CUT
    for before, after in pairwise(chunks):
        assert before.end == after.start
        assert after.start % CHUNK == 0
    windows = [window for chunk in chunks for window in chunk.windows()]
    assert all(0 < window.end - window.start <= WINDOW for window in windows)
    assert sum(w.end - w.start for w in windows) == chunks[-1].end - made.start


def test_ends_of_families() -> None:
    """A counter ends with 0 a step after its cut; a cumulative one is read for a point more."""
    delta, cumulative = family_cut(COUNTER), family_cut(CUMULATIVE)
    assert (delta.until, delta.last, delta.zero) == (CUT, CUT, CUT + 60)
    assert (cumulative.until, cumulative.zero) == (CUT + 60, CUT + 120)
    odd = family_cut(COUNTER, CUT + 10)
    assert (odd.until, odd.last, odd.zero) == (CUT + 10, CUT + 60, CUT + 120)


def test_labels_of_the_target() -> None:
    """A family is exposed with the labels of its scrape, and with the project's, if it has one."""
    assert family_cut(COUNTER).family.label_names[-2:] == ("job", "instance")


def test_each_counter_has_its_own_cut() -> None:
    """A gauge ends with the first counter of its project; what was never read is left out."""
    starts = {f"p/{COUNTER}": CUT * SECOND, "p/other": (CUT - 60) * SECOND, "q/x": 0}
    chosen = [target(COUNTER), target(GAUGE), target(CUMULATIVE), target(COUNTER, "z")]
    found = cuts(described(*(each.name for each in chosen)), chosen, starts)
    assert [(cut.target.name, cut.cut) for cut in found] == [
        (f"p/{COUNTER}", CUT),
        (f"p/{GAUGE}", CUT - 60),
    ]
    with pytest.raises(IonmonError, match=r"has counted none .* let it run for a few minutes"):
        cuts(described(f"p/{GAUGE}"), [target(GAUGE)], starts)


def test_what_rules_read() -> None:
    """A histogram is read for any of its samples; a scope is refused, and nothing to read too."""
    histogram = "cloudrun_request_duration_seconds"
    assert f"{histogram}_bucket" in sample_names(CATALOG[histogram])
    chosen = (target(histogram), target(COUNTER))
    assert read_by_rules(chosen, {f"{histogram}_sum"}) == chosen[:1]
    with pytest.raises(IonmonError, match="no rule reads"):
        read_by_rules(chosen, {"x"})
    with pytest.raises(IonmonError, match=r"scope cannot be backfilled; list its projects"):
        read_by_rules([replace(target(COUNTER), scope="p")], {COUNTER})


def test_a_plan_is_known_again() -> None:
    """The same plan has the same text; whatever changes its samples makes it another one."""
    made, cut = plan(), family_cut(COUNTER)
    several = replace(cut.target, exposed=CATALOG[CUMULATIVE])
    sources = {"scale": 0.5, "summed": (), "metric": "run.googleapis.com/other"}
    targets = (
        several,
        replace(cut.target, limit=5),
        replace(cut.target, selection=Selection({"resource.location": ("eu",)})),
        *(
            replace(cut.target, source=replace(cut.target.source, **{name: value}))
            for name, value in sources.items()
        ),
    )
    others = (
        replace(made, rules="x"),
        replace(made, start=made.start - 3600),
        replace(made, instance="b:1"),
        replace(made, live=made.live + 60),
        replace(made, families=(family_cut(COUNTER, CUT + 60),)),
        replace(made, families=(replace(cut, described=Described(300.0, 120.0)),)),
        *(replace(made, families=(replace(cut, target=each),)) for each in targets),
    )
    assert plan().identity() == made.identity()
    assert len({made.identity(), *(other.identity() for other in others)}) == 1 + len(others)
    assert digest(["a", "b"]) != digest(["ab"])
