"""A loaded file is told from another of the same name."""

from dataclasses import replace
from pathlib import Path

import yaml

from generators.deploy.model import DeployedServer, LoadedRule, RuleHealth, ServerKind
from generators.deploy.rules_in_force import own_rules, rule_differences

OLD, NEW = Path("/a/rules/x.yml"), Path("/b/rules/x.yml")
CONTENT = yaml.safe_dump({"groups": [{"name": "g", "rules": [{"record": "r", "expr": "1"}]}]})
SERVER = DeployedServer(
    kind=ServerKind.PROMETHEUS, url="http://a", reload_command=(), config=None, rules=(NEW,)
)


def loaded(*files: str) -> tuple[RuleHealth, ...]:
    """Return the rule as it is loaded from files."""
    return tuple(
        RuleHealth(LoadedRule(file=file, group="g", name="r", query="1", alerting=False), "ok", "")
        for file in files
    )


def differences(*files: str) -> list[str]:
    """Return what is otherwise in force where a directory moves to another of its name."""
    contents = {NEW: CONTENT.encode(), OLD: None}
    return list(rule_differences(SERVER, contents, loaded(*files)))


def test_a_directory_moves_to_one_of_the_same_name() -> None:
    """The new path is no sign of the old one, and the old one none of the new one."""
    assert differences(str(NEW)) == []
    assert differences("/etc/inside/rules/x.yml") == []
    removed = f"{OLD}: is removed, and still loaded"
    assert differences(str(OLD)) == ["x.yml: group g is not loaded", removed]
    assert differences(str(NEW), str(OLD)) == [removed]


def test_rules_of_another_file_of_the_name_are_not_ours() -> None:
    """Only where the very path is not loaded, its end has to do."""
    both = loaded(str(NEW), "/c/rules/x.yml")
    assert own_rules(SERVER, both) == both[:1]
    assert own_rules(SERVER, both[1:]) == both[1:]


def test_a_file_of_another_target_is_none_of_ours() -> None:
    """It has the same name and the same rules, and is no sign that ours are loaded."""
    server = replace(SERVER, others=(OLD,))
    old = loaded(str(OLD))
    found = list(rule_differences(server, {NEW: CONTENT.encode()}, old))
    assert (found, own_rules(server, old)) == (["x.yml: group g is not loaded"], ())
