"""What annotations are said to become is what Prometheus makes of them."""

import subprocess
from pathlib import Path

import pytest
import yaml

from generators.rule_tests.rendering import rendered

VALUES = (
    0.0,
    0.00505,
    0.0123456,
    0.202,
    1.0,
    1.5,
    59.96,
    61.5,
    3599.5,
    90061.5,
    1234.5,
    1.5e7,
    -4.04,
)
TEMPLATES = (
    "{{ $value | humanizeDuration }}",
    "{{ $value | humanizePercentage }}",
    "{{ $value | humanize }}",
    '{{ $value | printf "%.1f" }}',
    "in {{ $labels.region }} ({{ $labels.missing }})",
    "{{ $labels.hostile | urlquery }}",
    "{{ with $labels.missing }}{{ . }}{{ else }}nobody{{ end }}",
    "{{ with $labels.region }}{{ . }}{{ else }}nobody{{ end }}",
)
LABELS = {"region": "europe-west1", "hostile": "a b:c/ü&x=1+%~*"}


def test_annotations_become_what_prometheus_makes_of_them(tmp_path: Path) -> None:
    """For each template and value, promtool's text is the same as the one that is expected."""
    annotations = {f"a{n}": text for n, text in enumerate(TEMPLATES)}
    rule = {"alert": "A", "expr": "x", "annotations": annotations}
    rules = {"groups": [{"name": "all", "rules": [rule]}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    pairs = ",".join(f'{name}="{value}"' for name, value in LABELS.items())
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": f"x{{{pairs}}}", "values": f"{value:f}"}],
            "alert_rule_test": [
                {
                    "eval_time": "0m",
                    "alertname": "A",
                    "exp_alerts": [
                        {
                            "exp_labels": LABELS,
                            "exp_annotations": {
                                name: rendered(text, LABELS, float(f"{value:f}"))
                                for name, text in annotations.items()
                            },
                        }
                    ],
                }
            ],
        }
        for value in VALUES
    ]
    body = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(body))
    done = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "tests.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unknown_action_is_refused() -> None:
    """An action that is not known here is an error, and not left as it is."""
    with pytest.raises(ValueError, match=r"'\$value \| toTime' is no action"):
        rendered("{{ $value | toTime }}", {}, 1)
