"""Sends an application's own prometheus_client metrics to Redis, where the exporter reads them.

Only prometheus_client, redis and the standard library are imported, and the first two only when a
public name is used: the exporter's catalog needs only the table of families.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .application import Application
    from .asgi import AsgiMiddleware
    from .log_lines import LogLines
    from .recorder import Recorder
    from .wsgi import WsgiMiddleware

__version__ = "0.1.0"  # of ion-monitoring and of ion-recorder, which are built from one tree
__all__ = ["Application", "AsgiMiddleware", "LogLines", "Recorder", "WsgiMiddleware"]


def __getattr__(name: str) -> object:
    """Import all public names when one of them is first requested, and keep them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import application, asgi, log_lines, recorder, wsgi  # noqa: PLC0415 - see above

    globals().update(
        Application=application.Application,
        AsgiMiddleware=asgi.AsgiMiddleware,
        LogLines=log_lines.LogLines,
        Recorder=recorder.Recorder,
        WsgiMiddleware=wsgi.WsgiMiddleware,
    )
    return globals()[name]
