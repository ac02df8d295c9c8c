"""How `make docs` makes a site of these pages; they are written to read well on a code host, too.

A code host knows no directives. So the table of contents is read from the links of index.md, and
pages whose text has its home elsewhere only link to it: here they include it.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import inherit
from pygments.lexers.promql import PromQLLexer
from pygments.token import Name, Punctuation
from sphinx.application import Sphinx

project = "ion-monitoring"
html_title = "ion-monitoring"
html_theme = "furo"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_static_path = ["site"]
html_css_files = ["tables.css"]
extensions = ["myst_parser"]
exclude_patterns = ["site"]
highlight_language = "sh"  # blocks without a language are typed into a shell
smartquotes = False  # flags begin with two hyphens
nitpicky = True
myst_enable_extensions = ["tasklist"]
myst_heading_anchors = 4
linkcheck_ignore = [
    r"https?://127\.0\.0\.1",
    r"https://[\w.-]*example\.com",
    r"https://github\.com/ion-example/",
]

CONTENTS = "index"
RUNBOOKS = "runbooks/README"
# Pages that include what stands elsewhere, and the part of it.
INCLUDED = {
    "changelog": ("../CHANGELOG.md", ()),
    "contributing": ("../CONTRIBUTING.md", ()),
    "security": ("../SECURITY.md", ()),
    "glossary": ("architecture.md", (":start-after: '## Glossary'", ":end-before: '## Parts'")),
}
_SECTION = re.compile(r"^## ", re.MULTILINE)
_ENTRY = re.compile(r"\[([^\]]+)\]\((?!https?:|\.\./)([\w/.-]+)\.md\)")


class RecordedPromQL(PromQLLexer):
    """PromQL with the colons of recorded series and of subqueries, which Pygments does not know."""

    tokens: ClassVar = {
        "root": [(r"[A-Za-z_]\w*(?::\w+)+", Name.Variable), inherit],
        "range": [(":", Punctuation), inherit],
    }


def toctrees(text: str) -> Iterator[str]:
    """Yield a table of contents for each section of index.md: the pages that it links to."""
    for section in _SECTION.split(text)[1:]:
        caption, _, rest = section.partition("\n")
        entries = [f"{title} <{page}>" for title, page in dict.fromkeys(_ENTRY.findall(rest))]
        yield _toctree([f":caption: {caption}"], entries)


def _toctree(options: list[str], entries: list[str]) -> str:
    return "\n".join(("", "```{toctree}", ":hidden:", *options, "", *entries, "```", ""))


def _included(title: str, path: str, part: tuple[str, ...]) -> str:
    options = (":relative-docs: docs", ":relative-images:", *part)
    return "\n".join((title, "", f"```{{include}} {path}", *options, "```", ""))


def compose(app: Sphinx, name: str, source: list[str]) -> None:
    """Give a page what a code host has no words for."""
    del app
    [text] = source
    if name == CONTENTS:
        text += "".join(toctrees(text))
    elif name == RUNBOOKS:
        text += _toctree([":glob:"], ["*"])
    elif name in INCLUDED:
        path, part = INCLUDED[name]
        text = _included(text.partition("\n")[0] if part else "", path, part)
    for page, (path, part) in INCLUDED.items():
        text = text if part else text.replace(f"]({path})", f"]({page}.md)")
    source[0] = text


def setup(app: Sphinx) -> None:
    """Read pages through `compose`, and colour PromQL."""
    app.connect("source-read", compose)
    app.add_lexer("promql", RecordedPromQL)
