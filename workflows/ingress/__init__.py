"""The HTTP door: the only place that knows FastAPI and status codes."""
