"""The landing page: the status as HTML, everything escaped, without a script."""

from functools import cache

from jinja2 import Template

from exporter.html_pages import environment
from exporter.web.status import ExporterStatus


@cache
def _template() -> Template:
    return environment().get_template("landing.html")


def render(status: ExporterStatus) -> bytes:
    """Return the landing page."""
    return _template().render(status=status).encode()
