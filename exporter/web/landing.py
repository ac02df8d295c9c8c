"""The landing page: the status as HTML, everything escaped, without a script."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from exporter.web.status import ExporterStatus


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("exporter"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("landing.html")


def render(status: ExporterStatus) -> bytes:
    """Return the landing page."""
    return _template().render(status=status).encode()
