"""docs/architecture.md is about the packages and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
MOST_WORDS = 25  # of the glossary: what a newcomer can learn before reading code
FIRST = 9  # files to begin with


def section(title: str) -> str:
    """Return the text of a section."""
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_package_and_module_has_its_row() -> None:
    """What lies at the root of the exporter or of the generators is found in the table."""
    cells = (row.split("|")[1] for row in section("Parts").splitlines() if "|" in row)
    names = r"`(?:exporter/|generators/)?([\w.]+/?)`"
    named = {name for cell in cells for name in re.findall(names, cell)}
    found = [
        path
        for folder in ("exporter", "generators")
        for path in sorted((ROOT / folder).iterdir())
        if not path.name.startswith("__") and (path.is_file() or any(path.rglob("*.py")))
    ]
    missing = [
        str(path.relative_to(ROOT))
        for path in found
        if (f"{path.name}/" if path.is_dir() else path.name) not in named
    ]
    assert not missing, "name it in the table of parts: " + ", ".join(missing)


def test_what_the_page_names_is_there() -> None:
    """A path of the table, of the reading order or of a recipe leads to a file or folder."""
    paths = re.findall(r"`((?:exporter|generators|benchmarks|tests)/[\w./]*)`", PAGE)
    assert paths
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_reading_order_is_short() -> None:
    """Nine files, none of them long."""
    listed = re.findall(r"^\d+\. `([\w./]+)`", section("Where to start"), re.MULTILINE)
    assert len(listed) == FIRST
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in listed}
    assert not {path: lines for path, lines in lengths.items() if lines > 300}


def test_the_glossary_is_short() -> None:
    """Other words are those of Prometheus, Grafana, Alertmanager and Cloud Monitoring."""
    words = re.findall(r"^\| ([\w -]+) \| ", section("Glossary"), re.MULTILINE)
    assert "word" in words
    assert len(words) - 1 <= MOST_WORDS
