"""How the interpreter is set up before it serves."""

import subprocess
import sys

PROGRAM = """
import gc, sys
from exporter.interpreter import prepare
before = gc.get_threshold()
prepare()
assert sys.getswitchinterval() < 0.001
assert gc.get_freeze_count() > 1000
assert gc.get_threshold()[0] > before[0]
assert gc.isenabled()
"""


def test_series_are_not_looked_at_again_and_again() -> None:
    """Threads change often, and the garbage collector, which goes on, stops them seldom."""
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
