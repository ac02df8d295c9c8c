"""What an application calls to have its own prometheus_client metrics collected through Redis.

Imports nothing but prometheus_client, redis and the standard library.
"""

from exporter.recorder.application import Application
from exporter.recorder.asgi import AsgiMiddleware
from exporter.recorder.recorder import Recorder
from exporter.recorder.wsgi import WsgiMiddleware

__all__ = ["Application", "AsgiMiddleware", "Recorder", "WsgiMiddleware"]
