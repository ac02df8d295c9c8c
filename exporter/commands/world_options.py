"""Options of the commands that simulate a project: which scenario, and from which seed."""

import click

from exporter.simulator.incidents import SCENARIOS

WORLD = (
    click.option(
        "--scenario",
        type=click.Choice(tuple(SCENARIOS)),
        default="calm",
        metavar="NAME",
        show_default=True,
        help="Scenario to simulate.",
    ),
    click.option(
        "--seed", type=int, default=1, show_default=True, help="The same seed yields the same data."
    ),
)
