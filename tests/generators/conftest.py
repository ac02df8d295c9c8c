"""What tests of generators share."""

import pytest

from tests.generators.generated import texts


@pytest.fixture
def generated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `ionmon configs` take what was made before for the same settings and command line."""
    monkeypatch.setattr("generators.commands.configs.texts", texts)
