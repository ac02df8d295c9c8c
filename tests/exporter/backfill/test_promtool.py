"""promtool makes blocks, and a Prometheus runs on them for a while; what fails is named."""

from pathlib import Path

import pytest

from exporter.backfill import promtool
from exporter.backfill.plan import CHUNK
from exporter.backfill.promtool import blocks_in, check_tools, make_blocks, temporary_server
from exporter.errors import IonmonError, ToolMissing

pytestmark = pytest.mark.slow

START = 1_790_000_000 // CHUNK * CHUNK


def samples(folder: Path, text: str) -> Path:
    """Write a file in OpenMetrics."""
    (folder / "samples.om").write_text(f"{text}# EOF\n")
    return folder / "samples.om"


def test_a_chunk_is_a_block(tmp_path: Path) -> None:
    """A chunk's samples become one block; a server on links to it leaves it as it is."""
    lines = "".join(f"a {n} {START + n * 3600}\n" for n in range(54))
    make_blocks(samples(tmp_path, lines), tmp_path / "b")
    (block,) = blocks_in(tmp_path / "b")
    with temporary_server([block], tmp_path / "server") as server:
        (found,) = server.matrix("a", START, START + 53 * 3600, 3600)
    assert [value for _, value in found["values"]] == [str(n) for n in range(54)]
    assert blocks_in(tmp_path / "b") == [block]
    assert not (tmp_path / "server").exists()


def test_what_promtool_refuses(tmp_path: Path) -> None:
    """Its words are in the error."""
    with pytest.raises(IonmonError, match=r"makes no blocks of .*samples\.om"):
        make_blocks(samples(tmp_path, "{{\n"), tmp_path / "b")


def test_a_server_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log is in the error."""
    monkeypatch.setattr(promtool, "_OPTIONS", ("--no-such-flag",))
    with (
        pytest.raises(IonmonError, match=r"(?s)does not start: .*no-such-flag"),
        temporary_server([], tmp_path / "server"),
    ):
        pass


def test_missing_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are named, with what to type."""
    check_tools()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolMissing, match=r"promtool is not .* apt-get install prometheus"):
        check_tools()
