"""Files that run the whole system somewhere: one module a target, listed in `build.py`."""
