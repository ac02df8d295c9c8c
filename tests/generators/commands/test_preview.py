"""ionmon preview draws dashboards as pages and pictures, and says what failed."""

import json
import zlib
from pathlib import Path

import pytest

from exporter import cli
from generators.report import chromium
from generators.report.colors import SCHEMES, Theme, palette
from tests.docs.json_keys import unlike_page
from tests.generators.report import boards
from tests.generators.report.conftest import served

__all__ = ["served"]
KNOWN = ("--interval", "60s")


def preview(*words: object) -> int:
    """Run ionmon preview."""
    return cli.run(["preview", *map(str, words), *KNOWN])


def colors(picture: Path) -> set[bytes]:
    """Return the colours of a PNG of 8 bits a channel: unpacked, its lines' filters undone."""
    body, at, packed = picture.read_bytes(), 8, b""
    wide, high, kind = int.from_bytes(body[16:20]), int.from_bytes(body[20:24]), body[25]
    while at < len(body):
        size = int.from_bytes(body[at : at + 4])
        packed += body[at + 8 : at + 8 + size] if body[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    step = 4 if kind == 6 else 3
    lines, above, found = zlib.decompress(packed), bytes(wide * step), set[bytes]()
    for row in range(high):
        start = row * (wide * step + 1)
        above = _unfiltered(lines[start], lines[start + 1 : start + 1 + wide * step], above, step)
        found |= {above[n : n + 3] for n in range(0, len(above), step)}
    return found


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """Undo a line's filter, as the PNG specification's section 9 says."""
    found = bytearray(line)
    for at in range(len(found)):
        left = found[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        found[at] = (found[at] + guess) & 255
    return bytes(found)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda n: abs(guess - n))


def test_pages_and_pictures(
    served: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page and a picture are written, the picture has the series' colours, faults are shown."""
    boards.write(tmp_path / "in")
    out = tmp_path / "out"
    code = preview("--prometheus", served, "--dashboards", tmp_path / "in", "--out", out, "--png",
                   "--theme", "dark", "--width", 900)  # fmt: skip
    shown = capsys.readouterr()
    assert code == 1
    assert shown.out == f"wrote {out / 'all.html'}\nwrote {out / 'all.png'}\n"
    assert "all: Broken: query A: 1:5: parse error: unclosed left parenthesis" in shown.err
    assert chromium.size(out / "all.png")[0] == 900
    drawn = colors(out / "all.png")
    dark = palette(Theme.DARK)
    for name in ("panel-bg", "page", "green", "semi-dark-yellow", "blue"):
        assert bytes.fromhex(dark[name][1:]) in drawn, name
    # Nothing but the fullest bucket of the heatmap is of this colour: charts are drawn.
    assert bytes.fromhex(SCHEMES["Blues"][-1][1:]) in drawn


def test_nothing_failed(served: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where every query works, the exit code is 0, whether or not there is data."""
    panels = [panel for panel in boards.board()["panels"] if panel["title"] in {"Now", "Nothing"}]
    boards.write(tmp_path / "in", "few", panels=panels)
    boards.write(tmp_path / "in", "other", panels=[])
    words = ("--prometheus", served, "--dashboards", tmp_path / "in", "--out", tmp_path)
    assert preview(*words, "--dashboard", "few") == 0
    assert capsys.readouterr() == (f"wrote {tmp_path / 'few.html'}\n", "few: 2 panels\n")
    assert preview(*words, "--dashboard", "few", "--var", "region=nowhere") == 0
    assert "few: 1 of 2 panels have no data\n" in capsys.readouterr().err
    assert preview(*words, "--dashboard", "few", "--json", "--quiet") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert unlike_page("preview", json.loads(shown.out)) == []


def test_against(served: str, tmp_path: Path) -> None:
    """Both are drawn side by side, and what changed, came and went is marked."""
    panels = boards.board()["panels"]
    boards.write(tmp_path / "new", panels=panels)
    old = json.loads(json.dumps([panel for panel in panels if panel["id"] != 12]))
    next(p for p in old if p["id"] == 6)["fieldConfig"]["defaults"]["unit"] = "ms"
    next(p for p in old if p["id"] == 21)["id"] = 99
    boards.write(tmp_path / "old", panels=old)
    preview("--prometheus", served, "--dashboards", tmp_path / "new", "--out", tmp_path,
            "--against", tmp_path / "old")  # fmt: skip
    text = (tmp_path / "all.html").read_text()
    before, after = text.split("<main>")[1:]
    assert before.count('<mark class="changed">') == after.count('<mark class="changed">') == 1
    assert before.count('<mark class="gone">') == 1
    assert after.count('<mark class="new">') == 2
    assert "0.236 ms" in before
    assert "236 ms" in after


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--var", "region"), 2, "'region' is not NAME=VALUE"),
        (("--var", "regoin=us"), 3, "--var regoin: no such variable; the dashboards have: "),
        (("--dashboard", "none"), 3, "--dashboard none: is none of all"),
        (("--from", "yesterday"), 3, "--from yesterday: write now, now-6h"),
        (("--prometheus", "localhost:9090"), 1, "has to begin with http:// or https://"),
        (
            ("--prometheus", "http://127.0.0.1:1"),
            1,
            "http://127.0.0.1:1 does not answer as Prometheus does: [Errno 111]",
        ),
        (("--datasource", "x"), 2, "'x' is not UID=URL"),
        (("--datasource", "no=http://x"), 3, "--datasource no: no such data source; the dashb"),
    ],
)
def test_wrong_use(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What cannot be done is refused with the flag and the mend."""
    boards.write(tmp_path)
    assert preview("--dashboards", tmp_path, "--out", tmp_path, *words) == code
    assert said in capsys.readouterr().err


def test_no_chromium(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Chromium, a picture is refused before anything is asked, with what to type."""
    boards.write(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert preview("--dashboards", tmp_path, "--out", tmp_path / "out", "--png") == 1
    assert "apt-get install chromium" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
