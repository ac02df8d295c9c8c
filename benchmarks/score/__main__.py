"""make score: the promise on simulated minutes; with DATA, each method on labelled series.

Leaves with 1 where a cell is out of what is to be reached.
"""

import sys
from pathlib import Path

import click

from benchmarks.score import labelled_table, promise, rules_together
from exporter.commands.terminal import table
from exporter.errors import IonmonError

RUNS, QUICK = 200, 50


@click.command()
@click.option("--quick", is_flag=True, help="Few fits a cell: a look, whose cells scatter.")
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(*, quick: bool, data: Path | None) -> None:
    """Score the tuning."""
    try:
        sys.exit(not (labelled_table.show(data) if data else of_promise(QUICK if quick else RUNS)))
    except IonmonError as error:
        raise click.ClickException(str(error)) from None


def of_promise(runs: int) -> bool:
    """Print every cell; return whether all are within what is to be reached."""
    found, together = tuple(promise.cells(runs)), tuple(rules_together.cells(runs))
    noise = promise.cut_of_noise(found)
    rows = [_cell(cell) for cell in found] + [_together(cell) for cell in together]
    head = ("fault", "φ", "season", "shape", "for", "fits", "realised", "attainable", "ratio")
    print(table((*head, "refused", "cut", "drift", "reached"), rows))
    print(f"fits that are cut without a shift: {noise:.1%}, to reach: at most {promise.CUT:.0%}")
    met = [cell.met for cell in found] + [cell.met for cell in together]
    return noise <= promise.CUT and all(met)


def _cell(cell: promise.PromiseCell) -> tuple[str, ...]:
    world = cell.world
    return (
        world.fault or "none",
        f"{world.autocorrelation:g}",
        world.season,
        world.shape,
        f"{cell.samples}",
        f"{len(cell.outcomes)}",
        f"{cell.mean('realised'):.3f}",
        f"{cell.mean('attainable'):.3f}",
        f"{cell.ratio:.2f}",
        f"{cell.refused:.0%}",
        f"{cell.mean('cut'):.0%}",
        f"{cell.mean('warned'):.0%}",
        "yes" if cell.met else "NO",
    )


def _together(cell: rules_together.TogetherCell) -> tuple[str, ...]:
    return (
        "none",
        "",
        "none",
        f"{rules_together.RULES} rules, {cell.name}",
        "",
        f"{cell.fits}",
        f"{cell.realised:.3f}",
        f"{cell.attainable:.3f}",
        f"{cell.ratio:.2f}",
        f"{cell.refused:.0%}",
        "",
        "",
        "yes" if cell.met else "NO",
    )


if __name__ == "__main__":
    main()
