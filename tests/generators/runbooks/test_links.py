"""A link of a generated document leads to a file beside it, to the project's, or names it."""

import pytest

from generators.runbooks.links import linked

BESIDE = "docs/runbooks/B.md"
ADDRESS = "https://docs.example.com"
NAMED = "docs/notifications.md of ion-monitoring"


def text(link: str, documentation: str | None = None) -> str:
    """Return what becomes of a text in docs/runbooks/A.md."""
    found = linked({"docs/runbooks/A.md": link, BESIDE: ""}, documentation)
    return found["docs/runbooks/A.md"]


@pytest.mark.parametrize(
    "link", ["[B](B.md)", "[B](../runbooks/B.md#first)", "[x](https://x.example/y.md)", "a[5m](b"]
)
def test_what_leads_somewhere_stays(link: str) -> None:
    """A file of the same run, an address and what is no link are as they were."""
    assert text(link) == text(link, ADDRESS) == link


def test_a_document_of_the_project_is_named_or_linked() -> None:
    """Without an address its path is named, once; with one, the link leads there with its part."""
    link = "see [who is notified](../notifications.md#quiet-hours)."
    assert text(link) == f"see who is notified ({NAMED})."
    assert text(link, ADDRESS) == f"see [who is notified]({ADDRESS}/notifications.md#quiet-hours)."
    assert text("[notifications.md](../notifications.md)") == NAMED
    assert text("[docs/notifications.md](../notifications.md)") == NAMED


def test_what_is_outside_the_documentation_is_named() -> None:
    """The address is that of the folder docs: other files of the project are not below it."""
    link = "[an example](../../examples/flask_app.py)"
    assert text(link, ADDRESS) == "an example (examples/flask_app.py of ion-monitoring)"


def test_only_documents_are_changed() -> None:
    """What looks like a link in a rule or a dashboard is none."""
    assert linked({"rules.yml": "[a](b.md)"}, None) == {"rules.yml": "[a](b.md)"}
