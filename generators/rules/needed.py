"""Leaves out what is recorded for alerts alone, where the settings disable those that need it."""

from dataclasses import replace

from generators.promql_tree.tree import series_names
from generators.rules.model import Group, Recording, Rule, RuleFile


def needed(files: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Return the files without recorded series that only alerts need, and none does.

    `files` are those of both servers: one may read what the other records.
    """
    read = {name for rule in _rules(files) for name in series_names(rule.expr)}
    found = tuple(
        replace(file, groups=tuple(_read_of(group, read) for group in file.groups))
        for file in files
    )
    # What is left out may have been all that read another series.
    return found if found == files else needed(found)


def _rules(files: tuple[RuleFile, ...]) -> list[Rule]:
    return [rule for file in files for group in file.groups for rule in group.rules]


def _read_of(group: Group, read: set[str]) -> Group:
    kept = (rule for rule in group.rules if not _is_idle(rule, read))
    return replace(group, rules=tuple(kept))


def _is_idle(rule: Rule, read: set[str]) -> bool:
    return isinstance(rule, Recording) and rule.for_alerts and rule.record not in read
