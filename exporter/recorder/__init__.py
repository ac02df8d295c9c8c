"""What an application calls to have its own prometheus_client metrics collected through Redis.

Imports nothing but prometheus_client, redis and the standard library.
"""

from .application import Application
from .asgi import AsgiMiddleware
from .recorder import Recorder
from .wsgi import WsgiMiddleware

__all__ = ["Application", "AsgiMiddleware", "Recorder", "WsgiMiddleware"]
