"""Which tests run, on how many examples, and what each of them may start.

By default long drills are left out and properties are tried on few examples, the same each time,
so that a failure is a change's own; `make quick` tries them on the first third of these.
`make test ARGS=--deep` runs everything on many examples;
`make test ARGS=--hypothesis-profile=default` draws new ones.
"""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import settings

from exporter.commands import progress_lines
from exporter.logs import lines, redaction
from tests import evaluating
from tests.ordering import ordered
from tests.quickness import Guard, is_slow, starts

QUICK, FEW, MANY = "quick", "few", "many"
_NEEDS_NODE = "tests/grafana"
_LEFT_OUT = pytest.StashKey[int]()
_GUARD = Guard()

settings.register_profile(QUICK, derandomize=True, max_examples=10, deadline=None)
settings.register_profile(FEW, derandomize=True, max_examples=30, deadline=None)
settings.register_profile(MANY, derandomize=True, max_examples=300, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --deep and --newer."""
    about = "run long drills, too, and properties on many examples"
    parser.addoption("--deep", action="store_true", help=about)
    about = "folder with amtool-VERSION and promtool-VERSION, which check what newer servers read"
    parser.addoption("--newer", metavar="FOLDER", help=about)


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples properties are tried on, and let Ctrl-C be pressed."""
    # A shell that runs the tests in the background lets them ignore it, and all that they start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_LEFT_OUT] = 0
    cache = getattr(config, "cache", None)  # not there with -p no:cacheprovider
    evaluating.keep(cache.mkdir("jsonnet") if cache else Path(gettempdir()))
    if config.getoption("hypothesis_profile", None) is None:
        settings.load_profile(
            MANY if config.getoption("deep") else QUICK if _is_quick(config) else FEW
        )


def _is_quick(config: pytest.Config) -> bool:
    return config.option.markexpr == "not slow"


def pytest_sessionstart() -> None:
    """Collect tests without looking for garbage, which is a third of the work."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make only, and not after every few objects."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow; leave out what is deep, unless it was chosen; put the rest in order."""
    for item in items:
        if is_slow(item):
            item.add_marker("slow")
    if hasattr(config, "workerinput"):
        items[:] = ordered(items)
    if config.getoption("deep"):
        return
    deep = [item for item in items if item.get_closest_marker("deep")]
    config.stash[_LEFT_OUT] = len(deep)
    config.hook.pytest_deselected(items=deep)
    items[:] = [item for item in items if item not in deep]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs node, unless it is named: make boards; do not import in vain."""
    named = any(_NEEDS_NODE in argument for argument in config.args)
    if collection_path.as_posix().endswith(_NEEDS_NODE) and not named:
        return True
    skipped = _is_quick(config) and collection_path.suffix == ".py" and starts(collection_path)
    return True if skipped else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> object:
    """Let only a test that is marked as slow start a server or a program."""
    with _GUARD.over(item.nodeid, allowed=item.get_closest_marker("slow") is not None):
        return (yield)


@pytest.fixture(autouse=True)
def _no_progress_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print no line about long work: tests hold standard error whole, on slow machines, too."""
    monkeypatch.setattr(progress_lines, "EVERY", 3600.0)


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Let a test know no secret and no warning of another: a process keeps both until it ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_spellings", set())
        patch.setattr(redaction, "_base64", set())
        patch.setattr(redaction, "_patterns", None)
        patch.setattr(lines, "_warned", {})
        yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over, from a worker of xdist, how many tests were left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[_LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over that number: each worker has collected all tests."""
    config, output = getattr(node, "config"), getattr(node, "workeroutput", {})  # noqa: B009
    config.stash[_LEFT_OUT] = output.get("left_out", 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many long drills were left out, and how to run them."""
    if left_out := config.stash[_LEFT_OUT]:
        text = f"{left_out} long drills were left out; run them with: make test ARGS=--deep"
        terminalreporter.write_line(text)
