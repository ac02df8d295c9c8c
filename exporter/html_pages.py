"""The templates of pages and mails: everything is escaped, and a value that is missing fails."""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(
    package: str = "exporter", folder: str = "templates", **filters: Callable[..., object]
) -> Environment:
    """Return what loads the templates in a folder of a package, with these filters."""
    found = Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(filters)
    return found
