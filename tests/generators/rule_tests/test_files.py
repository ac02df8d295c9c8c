"""The generated tests hold for the settings that ship, and they bite."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings, load
from generators.alert_table import THRESHOLDS
from generators.files import MARK, write
from generators.policy import policy
from generators.rule_tests.document import FOLDER
from generators.rule_tests.files import documents, texts, urgent
from generators.rule_tests.mutation import PROCESSES, failing, mutants, survivors, trimmed
from generators.rules.build import build
from generators.rules.build import texts as rule_texts
from generators.rules.model import alerts

ROOT = Path(__file__).parents[3]


def test_promtool_finds_that_every_alert_does_what_its_tests_say(tmp_path: Path) -> None:
    """Each alert has a file of tests, and promtool finds nothing wrong in any of them."""
    settings = load(ROOT / "examples" / "reference.yaml")
    rules = build(settings)
    found = texts(rules, policy(settings))
    assert set(found) == {f"{FOLDER}/{rule.alert}.yml" for rule in alerts(rules.all)}
    assert all(text.startswith(f"# {MARK}\n") for text in found.values())
    assert max(text.count("\n") for text in found.values()) < 400
    write(tmp_path, {**rule_texts(rules), **found})
    with ThreadPoolExecutor(PROCESSES) as pool:
        said = list(pool.map(complaint, (tmp_path / path for path in sorted(found))))
    assert [text for text in said if text] == []


def complaint(path: Path) -> str:
    """Return what promtool has to say of a file of tests, nothing where all is well."""
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{path.name}: {done.stdout}{done.stderr}" if done.returncode else ""


def test_no_mutant_of_the_urgent_survives() -> None:
    """Whatever is done to one of the most urgent alerts, its tests notice."""
    settings = Settings()
    tests = urgent(build(settings), policy(settings))
    assert len(tests) == len(THRESHOLDS) + 1
    assert survivors(tests) == []


def test_a_rule_as_it_is_passes_and_a_test_of_nothing_is_told() -> None:
    """The harness passes what is right, and names each mutant where tests check nothing."""
    settings = Settings()
    test = urgent(build(settings), policy(settings))[0]
    assert not failing(test, trimmed(test))
    assert all(failing(test, mutant.files) for mutant in mutants(test))
    (case,) = test.cases
    blind = replace(test, cases=(replace(case, checks=case.checks[:1]),))
    told = [f"{test.rule.alert}: {m.done}, and its tests pass" for m in mutants(test)]
    assert survivors([blind]) == told


def refusals() -> Iterator[tuple[dict[str, Any], str]]:
    """Yield settings of alerts that make no sense, and what is said of them."""
    yield {"ErrorRateCritical": {"threshold": "100%"}}, "nothing is above 100%"
    yield {"CacheHitRateLow": {"threshold": "0%"}}, "nothing is below 0%"
    yield {"ResponseTimeWarning": {"threshold": "0s"}}, "nothing is not above 0s"
    yield {"SLABreach": {"threshold": 5000.0}}, "cannot burn"


@pytest.mark.parametrize(("given", "text"), [*refusals()])
def test_a_threshold_that_makes_no_sense_is_refused(given: dict[str, Any], text: str) -> None:
    """An alert that can never fire, or always would, is an error that names it and the mend."""
    settings = Settings.model_validate({"alerts": given})
    with pytest.raises(SettingsError, match=text) as error:
        documents(build(settings), policy(settings))
    assert next(iter(given)) in str(error.value)
    assert "enabled: false" in str(error.value)
