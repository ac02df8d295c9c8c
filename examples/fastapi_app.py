"""A FastAPI application whose metrics go to Redis: uvicorn examples.fastapi_app:app."""

import os

from fastapi import FastAPI
from ion_recorder import Application, AsgiMiddleware, Recorder

redis_url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")  # noqa: TID251 - an example
recorder = Recorder(redis_url, application="shop", region="us-central1").start()
metrics = Application(recorder)
app = FastAPI()
app.add_middleware(AsgiMiddleware, metrics=metrics)


@app.get("/recommend/{user}")
async def recommend(user: str) -> dict[str, str]:
    """Recommend something to a user."""
    metrics.active_user(user)
    metrics.feature_used("recommendations")
    metrics.routing_decision(0.93, "Lua")
    return {"user": user}
