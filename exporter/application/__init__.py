"""The application's own metrics: what its instances wrote to Redis, read and merged."""
