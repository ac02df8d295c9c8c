"""What a finding has to have."""

import ast
from pathlib import Path

from exporter.doctor import finding

_FIELDS = 4  # subject, verdict, text, fix


def test_every_problem_has_a_fix() -> None:
    """No check makes a finding that warns or fails without the fix."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in Path(finding.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding"
        if ast.unparse(node.args[1]) in ("Verdict.WARN", "Verdict.FAIL", "verdict")
        if len(node.args) < _FIELDS
    ]
    assert found == []
