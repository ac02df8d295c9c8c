"""A Flask application whose metrics go to Redis: gunicorn --threads 4 examples.flask_app:app."""

import os

from flask import Flask
from ion_recorder import Application, Recorder, WsgiMiddleware

redis_url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")  # noqa: TID251 - an example
recorder = Recorder(redis_url, application="shop", region="us-central1").start()
metrics = Application(recorder)
app = Flask(__name__)
app.wsgi_app = WsgiMiddleware(app.wsgi_app, metrics)


@app.get("/recommend/<user>")
def recommend(user: str) -> dict[str, str]:
    """Recommend something to a user."""
    metrics.active_user(user)
    metrics.feature_used("recommendations")
    metrics.routing_decision(0.93, "Lua")
    return {"user": user}
