"""What the page's script adds, in a real browser: values under the pointer, one series alone."""

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from exporter.prometheus.api import Prometheus
from generators.report import board_data, board_file, chromium
from generators.report.colors import Theme
from generators.report.html import Sheet, Side, page
from tests.generators.report import boards
from tests.generators.report.boards import END

pytestmark = pytest.mark.slow

# The page's policy allows no other script; without it, this one does what a reader would.
_ACTS = """<script>
const panel = (title) => document.querySelector(`[aria-label="${title}"]`);
const chart = (title) => panel(title).querySelector(".chart");
const readout = document.getElementById("readout");
const said = () => readout.hidden ? null : [...readout.children].map((row) => row.innerText.trim());
const point = (title, x, y) => {
  const frame = chart(title).firstElementChild.getBoundingClientRect();
  const [clientX, clientY] = [frame.left + x * frame.width, frame.top + y * frame.height];
  const event = new PointerEvent("pointermove", { clientX, clientY, bubbles: true });
  (document.elementFromPoint(clientX, clientY) ?? chart(title)).dispatchEvent(event);
  return said();
};
const press = (title, key) => {
  chart(title).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  return said();
};
const drawn = (title) => [...panel(title).querySelectorAll("path[data-at]:not(.other)")]
  .map((path) => path.dataset.at);
const click = (title, name) => {
  [...panel(title).querySelectorAll(".key")].find((key) => key.innerText === name).click();
  return [...new Set(drawn(title))];
};
const found = {
  line: point("Latency", 0.5, 0.5),
  mark: point("Latency", 0.35, 0.5),
  cell: point("Buckets", 0.5, 0.9),
  state: point("States", 0.5, 0.5),
  alone: click("Latency", "europe"),
  valueAlone: point("Latency", 0.5, 0.5),
  all: click("Latency", "europe"),
  keys: [press("Band", "ArrowLeft"), press("Band", "ArrowLeft"), press("Band", "Escape")],
  theme: [document.getElementById("theme").hidden, document.documentElement.dataset.theme],
};
document.getElementById("theme").click();
found.theme.push(document.documentElement.dataset.theme);
document.body.insertAdjacentHTML("beforeend", `<pre id="found"></pre>`);
document.getElementById("found").textContent = JSON.stringify(found);
</script>"""


@pytest.fixture(scope="module")
def written(served: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page, with what a reader does on it."""
    folder = tmp_path_factory.mktemp("page")
    file = board_file.read(boards.write(folder), open_rows=True)
    request = board_data.DataRequest(server=Prometheus(served), now=END, minimum_step=60)
    board = board_data.board(file, request, lambda _: None)
    text = page(Sheet((Side(board),), Theme.DARK, served, "1.2.3"))
    text = re.sub(r"<meta http-equiv.*?>", "", text).replace("</body>", f"{_ACTS}</body>")
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(written: Path) -> dict[str, Any]:
    """Return what a browser shows after each act."""
    # High enough to hold all panels: a pointer finds only what is within the window.
    dom = browser(written, "--window-size=1600,2400", "--dump-dom")
    *_, shown = re.findall(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    result: dict[str, Any] = json.loads(html.unescape(shown))
    return result


def browser(path: Path, *options: str) -> str:
    """Return what a browser without a window writes of a page."""
    profile = f"--user-data-dir={path.parent / 'profile'}"
    command = [chromium.program(), "--headless", "--no-sandbox", "--disable-gpu", profile]
    done = subprocess.run(
        [*command, *options, path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def test_values_under_the_pointer(found: dict[str, Any]) -> None:
    """The time, then each series with its value there, whatever characters its name has."""
    assert [re.sub(r"\s+", " ", row) for row in found["line"]] == [
        "23:15 UTC", '<img src=x onerror="alert(1)"> 20.8 ms', "asia 44.8 ms", "europe 35.8 ms",
        "us 10.8 ms",
    ]  # fmt: skip


def test_a_mark_is_named(found: dict[str, Any]) -> None:
    """Where an alert began, its text stands above the values."""
    assert found["mark"][:2] == ["22:57 UTC", "Slow: high"]


def test_a_cell_and_a_state(found: dict[str, Any]) -> None:
    """A heatmap names the bucket under the pointer; a state timeline the state, and its time."""
    assert [re.sub(r"\s+", " ", row) for row in found["cell"]] == ["23:15 UTC", "10 ms 40"]
    assert found["state"][0] == "23:05 to 23:25 UTC"
    assert re.sub(r"\s+", " ", found["state"][1]) == "a down"


def test_one_series_alone(found: dict[str, Any]) -> None:
    """A click on its name shows it alone, also in the values; another click shows all."""
    assert len(found["alone"]) == 1
    assert [row.split("\n")[0] for row in found["valueAlone"][1:]] == ["europe"]
    assert len(found["all"]) == 4


def test_by_keyboard(found: dict[str, Any]) -> None:
    """Arrows go from value to value, beginning with the last; Escape ends it."""
    last, before, none = found["keys"]
    assert (last[0], before[0], none) == ("00:15 UTC", "00:14 UTC", None)


def test_the_theme_is_switched(found: dict[str, Any]) -> None:
    """The button appears with the script."""
    assert found["theme"] == [False, "dark", "light"]


def test_it_prints_on_a4(written: Path) -> None:
    """Landscape, each panel whole: what does not fit on a page is on the next one."""
    place = written.with_suffix(".pdf")
    browser(written, "--no-pdf-header-footer", f"--print-to-pdf={place}")
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", place.read_bytes())
    assert {tuple(round(float(n)) for n in box.split()) for box in boxes} == {(0, 0, 842, 595)}
    assert len(boxes) == 3
