"""Properties are tried on the same examples each time, so that a failure is a change's own.

New examples are drawn with `make test ARGS=--hypothesis-profile=default`.
"""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("same")
