"""The documents make a site: every page is in its contents, and a dead link stops it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from exporter.settings import Settings
from tests.docs.reading import ROOT

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([\w/.-]+\.md)\)")
LIGHT, DARK = "#ffffff", "#131416"  # backgrounds of the site
# What is wrong with a page, and what the build says of it.
FAULTS = {
    "[gone](gone.md)": "'gone.md'",
    "[gone](b.md#gone)": "'gone'",
    "![gone](gone.png)": "gone.png",
    "```json\n{nothing}\n```": 'as "json"',
}


def test_every_page_is_in_the_contents() -> None:
    """Who adds a page adds its line to docs/index.md, from which the site's contents are made."""
    listed = LINK.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    pages = {page.name for page in DOCS.glob("*.md")} - {"index.md"} | {"runbooks/README.md"}
    assert dict.fromkeys(pages - set(listed), "add it to docs/index.md") == {}
    assert len(listed) == len(set(listed)) + 1  # the tutorial is named above the tables, too


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with two pages, and with what makes the site of ours."""
    shutil.copy(DOCS / "conf.py", tmp_path)
    shutil.copytree(DOCS / "site", tmp_path / "site")
    (tmp_path / "index.md").write_text("# Of two\n\n## Begin\n\n- [A](a.md)\n- [B](b.md)\n")
    (tmp_path / "a.md").write_text("# A\n\n[the other](b.md#in-b)\n")
    (tmp_path / "b.md").write_text("# B\n\n## In B\n\n```promql\na:b:c[5m:1m]\n```\n")
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a site as `make docs` does."""
    words = re.search(r"-m (sphinx --builder html .*) docs \.docs", (ROOT / "Makefile").read_text())
    assert words is not None
    return subprocess.run(
        [sys.executable, "-m", *words[1].split(), folder, folder / "out"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_pages_make_a_site(site: Path) -> None:
    """Its contents are the links of index.md, below the headings that they have there."""
    built = build(site)
    assert built.returncode == 0, built.stderr
    page = (site / "out" / "a.html").read_text()
    assert re.search(r'class="caption".*Begin.*href="#">A<.*href="b.html">B<', page, re.DOTALL)


@pytest.mark.slow
def test_a_fault_stops_the_site(site: Path) -> None:
    """All of them are named at once, a page that is in no contents among them."""
    names = [f"fault{number}.md" for number in range(len(FAULTS))]
    for name, fault in zip(names, FAULTS, strict=True):
        (site / name).write_text(f"# Faulty\n\n{fault}\n")
    with (site / "index.md").open("a") as index:
        index.writelines(f"- [{name}]({name})\n" for name in names)
    (site / "alone.md").write_text("# Alone\n")
    built = build(site)
    assert built.returncode != 0
    said = built.stderr.splitlines()
    faults = [*zip(names, FAULTS.values(), strict=True), ("alone.md", "any toctree")]
    assert [f for f in faults if not [line for line in said if f[0] in line and f[1] in line]] == []
    assert len([line for line in said if "WARNING" in line]) == len(faults)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_drawing_reads_on_a_light_and_on_a_dark_page() -> None:
    """Texts stand out from their boxes, and lines from both pages."""
    text = (DOCS / "architecture.svg").read_text(encoding="utf-8")
    drawing = ET.fromstring(text)
    fills = dict(re.findall(r"([\w.]+) \{ fill: (#\w{6})", text))
    boxes = {e.get("class") for e in drawing.iter("{http://www.w3.org/2000/svg}rect")}
    assert boxes == {"source", "ours", "server", "people", "built"}
    for box in boxes:
        ink = fills[".on" if box in ("ours", "built") else "text"]
        assert contrast(fills[f".{box}"], ink) >= 4.5, box
    [line] = re.findall(r"\.line \{ fill: none; stroke: (#\w{6})", text)
    assert min(contrast(line, LIGHT), contrast(line, DARK)) >= 3


def test_limits_are_those_of_the_settings() -> None:
    """The figures of docs/limits.md are the defaults."""
    text = " ".join((DOCS / "limits.md").read_text(encoding="utf-8").split())
    known = Settings()
    assert f"{known.google.series_limit:,} series of a family" in text
    assert f"`google.calls_per_minute` is {known.google.calls_per_minute:,}" in text
    assert f"`google.lookback`** ({known.google.lookback / 3600:.0f} hours)" in text
    assert f"Under {known.alerts.minimum_events} requests" in text
    assert f"{known.application.series_limit:,} on the page" in text
