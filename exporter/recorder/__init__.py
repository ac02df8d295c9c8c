"""What an application calls to have its own prometheus_client metrics collected through Redis.

Imports nothing but prometheus_client, redis and the standard library, and those two only when one
of its names is used: the exporter's catalog reads the table of families alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .application import Application
    from .asgi import AsgiMiddleware
    from .recorder import Recorder
    from .wsgi import WsgiMiddleware

__version__ = "0.1.0"  # of ion-monitoring and of ion-recorder, which are built from one tree
__all__ = ["Application", "AsgiMiddleware", "Recorder", "WsgiMiddleware"]


def __getattr__(name: str) -> object:
    """Import all public names when one of them is first requested, and keep them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import application, asgi, recorder, wsgi  # noqa: PLC0415 - see above

    globals().update(
        Application=application.Application,
        AsgiMiddleware=asgi.AsgiMiddleware,
        Recorder=recorder.Recorder,
        WsgiMiddleware=wsgi.WsgiMiddleware,
    )
    return globals()[name]
