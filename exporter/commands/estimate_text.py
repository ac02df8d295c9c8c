"""How `ionmon estimate` prints what a month costs: the sum first, then bills, service, families."""

from collections import Counter
from collections.abc import Iterable, Iterator

from exporter.cloud_monitoring.bills import Bill, Watching
from exporter.cloud_monitoring.estimate import Estimate, FamilyCost
from exporter.commands.terminal import table
from exporter.summary.costs import CostLine, ServiceCosts

NO_PRICE = "no price: prices.alert_condition_month"


def text(result: Estimate, everything: bool) -> str:  # noqa: FBT001 - one flag of one caller
    """Return what reading costs: the sum, then a table, most expensive first, and what it lacks."""
    shown = [r for r in result.rows if not r.fault and (everything or r.series)]
    faults = Counter(row.fault for row in result.rows if row.fault)
    empty = len(result.rows) - len(shown) - faults.total()
    return "\n".join((_families(shown), "", *_left_out(empty, faults), *_sums(result)))


def total_text(result: Estimate) -> str:
    """Return the sum as one sentence."""
    return (
        f"Reading costs {result.total:.2f} dollars a month: {result.calls:,} calls, "
        f"{result.billed:,} series billed, of which the first million is free."
    )


def bills_text(bills: Iterable[Bill], watching: Watching) -> str:
    """Return the bills beside each other, and what was assumed."""
    head = ("a month of", "billed", "dollars")
    rows = [(bill.name, f"{_count(bill)} {bill.unit}", _dollars(bill)) for bill in bills]
    reads = watching.reads
    assumed = (
        f"PromQL and policies watch the same: {watching.rules_per_minute:g} rules a minute "
        f"({reads.source}), {watching.viewers} viewers with the overview open for eight hours on "
        f"22 days, {watching.alerts.conditions} conditions. The least is one series a query, the "
        "most every series that a query reads: which of them Google bills is not documented. Each "
        "further viewer, rule and replica adds to them, and nothing to this exporter."
    )
    return f"{table(head, rows, right={1, 2})}\n\n{assumed}"


def _count(bill: Bill) -> str:
    return _span(f"{bill.billed_least:,}", f"{bill.billed_most:,}")


def _dollars(bill: Bill) -> str:
    if bill.least is None or bill.most is None:
        return NO_PRICE
    return _span(f"{bill.least:.2f}", f"{bill.most:.2f}")


def _span(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"


def service_text(costs: ServiceCosts) -> str:
    """Return what the service itself costs: each line, then each product with its share."""
    head = ("service", "what", "a month", "unit", "price", "dollars", "share")
    rows = [_cost_row(line) for line in costs.lines]
    rows += [
        (product.product, "", "", "", "", f"{product.dollars:,.2f}", f"{product.share:.0%}")
        for product in costs.products
    ]
    lines = [
        f"The service itself costs {costs.total:,.2f} dollars a month, as the last day was:",
        table(head, rows, right={2, 4, 5, 6}),
    ]
    if costs.unknown:
        lines.append(
            f"Not known, and not in the sum: {', '.join(costs.unknown)}. To read one, set "
            "google.families.NAME.enabled: true."
        )
    return "\n".join(lines)


def _cost_row(line: CostLine) -> tuple[str, ...]:
    amount = "not known" if line.amount is None else f"{line.amount:,.1f}"
    dollars = "" if line.dollars is None else f"{line.dollars:,.2f}"
    share = "" if line.share is None else f"{line.share:.0%}"
    return (line.product, line.noun, amount, line.unit, f"{line.price:g}", dollars, share)


def _families(shown: Iterable[FamilyCost]) -> str:
    head = ("project", "family", "series", "every", "calls", "billed series", "dollars")
    rows = [
        (
            f"{row.project} (scope)" if row.scoped else row.project,
            row.family,
            str(row.series),
            f"{row.interval:g} s",
            f"{row.calls:,}",
            f"{row.billed:,}",
            f"{row.dollars:.2f}",
        )
        for row in shown
    ]
    return table(head, rows, right={2, 3, 4, 5, 6})


def _left_out(empty: int, faults: Counter[str]) -> Iterator[str]:
    """Yield what is not in the table."""
    if empty:
        yield (
            f"Families without series: {empty}. Each query of them is billed as one series, so "
            "they are polled only every ten minutes."
        )
    for fault, number in faults.most_common():
        yield f"not in the sum: {number} failed families: {fault}"


def _sums(result: Estimate) -> Iterator[str]:
    """Yield what a month costs with all families, and within the budget."""
    scoped = {project for row in result.rows for project in row.scoped}
    if scoped:
        yield f"Through the scope, series of {len(scoped)} projects are read."
    if result.unread:
        yield (
            f"{result.unread} further families are not read; with all of them it would be "
            f"{result.total_with_unread:.2f} dollars. To read one of docs/metrics.md, set "
            "google.families.NAME.enabled: true."
        )
    if result.budget is not None:
        names = ", ".join(f"{name} x{factor:.2g}" for name, factor in result.stretched[:5])
        yield f"Budget: {result.budget:.2f} dollars. Longer intervals: {names or 'none'}."
