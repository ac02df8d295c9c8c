"""Rule files for a promtool that is older than the stated Prometheus."""

from pathlib import Path

import yaml

from generators.promtool.older_promtool import as_tested, readable, reduced

RULE = {"alert": "High", "expr": "x > 5", "labels": {"severity": "high", "team": "shop"}}
GROUP = {"name": "own", "query_offset": "30s", "labels": {"team": "any", "category": "own"}}
NEWER = {"groups": [{**GROUP, "rules": [RULE, {"alert": "Low", "expr": "x < 1"}]}]}
OLDER = {
    "groups": [
        {
            "name": "own",
            "rules": [
                {**RULE, "labels": {"team": "shop", "category": "own", "severity": "high"}},
                {"alert": "Low", "expr": "x < 1", "labels": {"team": "any", "category": "own"}},
            ],
        }
    ]
}


def test_labels_of_a_group_become_those_of_its_rules() -> None:
    """A rule's own label goes before its group's, as in Prometheus; from 3.0 on nothing changes."""
    assert reduced(NEWER, "2.42") == OLDER
    (between,) = reduced(NEWER, "2.53")["groups"]
    assert (between["query_offset"], "labels" in between) == ("30s", False)
    assert reduced(NEWER, "3.0") == reduced(NEWER, None) == NEWER


def test_no_sample_of_a_test_is_late() -> None:
    """Tests are run without query_offset, whatever the version."""
    assert as_tested([NEWER], "2.42") == [OLDER]
    (newest,) = as_tested([NEWER], "3.5")
    assert newest["groups"][0]["labels"] == GROUP["labels"]
    assert "query_offset" not in newest["groups"][0]


def test_what_is_no_rule_file_is_left_to_the_tool() -> None:
    """A document of another form is passed on as it is."""
    for other in ({}, {"groups": 7}, {"groups": ["a"]}, {"groups": [{"rules": 7}]}):
        assert reduced(other, "2.42") == other


def test_a_file_is_copied_only_where_it_has_newer_fields(tmp_path: Path) -> None:
    """A server's configuration is copied with its rules; what the tool knows is read itself."""
    rules, config = tmp_path / "own.yml", tmp_path / "prometheus.yml"
    rules.write_text(yaml.safe_dump(NEWER))
    config.write_text("rule_files: [own.yml]\n")
    for path in (rules, config):
        with readable(path, "3.1") as file:
            assert file == path
    with readable(rules, "2.42") as file:
        assert yaml.safe_load(file.read_text()) == OLDER
    with readable(config, "2.42") as file:
        (copied,) = yaml.safe_load(file.read_text())["rule_files"]
        assert yaml.safe_load((file.parent / copied).read_text()) == OLDER
    assert not file.exists()
