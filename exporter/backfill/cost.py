"""What a backfill costs: calls, and series billed, which one call of each family tells."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.backfill.plan import STEP, BackfillPlan, FamilyCut
from exporter.backfill.reading import DISTRIBUTIONS
from exporter.catalog.model import ValueType
from exporter.catalog.prices import DOLLARS_PER_SERIES
from exporter.cloud_monitoring.client import PAGE_SIZE
from exporter.cloud_monitoring.estimate import FamilyCost


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLoad:
    """What a family costs: series that it has now, calls, series billed."""

    project: str
    family: str
    series: int
    calls: int
    billed: int


@dataclass(frozen=True, slots=True)
class BackfillCost:
    """The cost of all families. The free million of the billing account is not subtracted."""

    rows: tuple[FamilyLoad, ...]

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(row.calls for row in self.rows)

    @property
    def billed(self) -> int:
        """All series billed."""
        return sum(row.billed for row in self.rows)

    @property
    def dollars(self) -> float:
        """The price of the series billed."""
        return self.billed * DOLLARS_PER_SERIES


def cost(plan: BackfillPlan, now: Iterable[FamilyCost]) -> BackfillCost:
    """Return what a plan costs, by the series that its families have now.

    There were others before, as of revisions that are gone: of two weeks' deploys, some more.
    """
    series = {(row.project, row.family): row.series for row in now}
    return BackfillCost(tuple(_load(plan, cut, series[cut.target.key]) for cut in plan.families))


def _load(plan: BackfillPlan, cut: FamilyCut, series: int) -> FamilyLoad:
    distributions = cut.target.source.value is ValueType.DISTRIBUTION
    page = DISTRIBUTIONS if distributions else PAGE_SIZE
    windows = [w for c in plan.chunks() for w in c.windows() if w.start - STEP < cut.until]
    pages = [-(-series * (w.end - w.start) // STEP // page) or 1 for w in windows]
    return FamilyLoad(
        project=cut.target.project,
        family=cut.target.family.name,
        series=series,
        calls=sum(pages),
        billed=len(windows) * max(series, 1),
    )
