"""A board of the reference deployment, changed, as checks read it."""

import copy
import json
from collections.abc import Callable
from typing import Any

from generators.checks.engine.dashboard_file import DashboardFile, parsed
from tests.generators.dashboards.made import Body, panel, reference

Break = Callable[[Body], None]


def broken(name: str, change: Break) -> DashboardFile:
    """Return the board after a change."""
    body = copy.deepcopy(reference()[name])
    change(body)
    return parsed(json.dumps(body, indent=2), f"{name}.json")


def placed(number: int, **places: int) -> Break:
    """Return a change of a panel's place."""
    return lambda body: panel(body, number)["gridPos"].update(places)


def changed(number: int, **values: Any) -> Break:
    """Return a change of a panel."""
    return lambda body: panel(body, number).update(values)
