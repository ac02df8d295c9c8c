"""Log-based metrics, as Google's Logging API, gcloud and Terraform want them defined."""

import json
from collections.abc import Iterator
from typing import Any

from exporter.catalog.model import Family
from exporter.catalog.roads import LOG_METRICS, LogMetric
from generators.files import MARK
from generators.terraform import literal

FOLDER = "examples/log_metrics"
_BOUNDS = {
    "app_request_duration_seconds": [
        *(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2),
        *(0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0),
    ],
    "app_routing_confidence_ratio": [
        *(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0),
    ],
}
Definition = dict[str, Any]


def texts() -> dict[str, str]:
    """Return the files by path: a JSON for each metric, a script of gcloud commands, Terraform."""
    found = {f"{FOLDER}/{_file(metric)}": _json(definition(metric)) for metric in LOG_METRICS}
    found[f"{FOLDER}/create.sh"] = "".join(_script())
    found[f"{FOLDER}/main.tf"] = "".join(_terraform())
    return found


def filter_text(metric: LogMetric) -> str:
    """Return the filter that selects the entries of a metric, in the Logging query language."""
    clauses = ['resource.type="cloud_run_revision"', f'jsonPayload.ionmon="{metric.event}"']
    if metric.value:
        clauses.append(f"jsonPayload.{metric.value}>=0")
    return " AND ".join(clauses)


def definition(metric: LogMetric) -> Definition:
    """Return the body of projects.metrics.create of the Logging API."""
    descriptor: Definition = {
        "metricKind": "DELTA",
        "valueType": "DISTRIBUTION" if metric.value else "INT64",
        "unit": _unit(metric.family) if metric.value else "1",
        "labels": [_label(metric.family, name) for name, _ in metric.labels],
    }
    found: Definition = {
        "name": metric.name,
        "description": f"{_help(metric.family)} ({MARK})",
        "filter": filter_text(metric),
        "metricDescriptor": descriptor,
        "labelExtractors": {n: f"EXTRACT(jsonPayload.{field})" for n, field in metric.labels},
    }
    if metric.value:
        found["valueExtractor"] = f"EXTRACT(jsonPayload.{metric.value})"
        found["bucketOptions"] = {"explicitBuckets": {"bounds": _BOUNDS[metric.family.name]}}
    return found


def _help(family: Family) -> str:
    return family.help.rsplit(" [", 1)[0]


def _unit(family: Family) -> str:
    return "s" if family.name.endswith("_seconds") else "1"


def _label(family: Family, name: str) -> dict[str, str]:
    (meaning,) = (label.meaning for label in family.labels if label.name == name)
    return {"key": name, "valueType": "STRING", "description": meaning}


def _file(metric: LogMetric) -> str:
    return metric.name.replace("/", "_") + ".json"


def _json(value: Definition) -> str:
    return json.dumps(value, indent=2) + "\n"


def _script() -> Iterator[str]:
    yield f"#!/bin/sh\n# {MARK}\n"
    yield "# Defines the log-based metrics in a project: sh create.sh PROJECT.\n"
    yield "# Run it again at any time: what exists is updated, what is missing is created.\n"
    yield 'set -eu\nproject=${1:?"the project\'s id, please: create.sh PROJECT"}\n'
    yield _DEFINE
    for metric in LOG_METRICS:
        yield f'define "{metric.name}" {_file(metric)}\n'


# Asking first, since gcloud has one exit code for a metric that exists and for any other failure.
_DEFINE = """define() {
  if gcloud logging metrics list --project="$project" --format="value(name)" | grep -qxF "$1"
  then action=update
  else action=create
  fi
  gcloud logging metrics "$action" "$1" --project="$project" \\
    --config-from-file="$(dirname "$0")/$2"
}
"""


def _terraform() -> Iterator[str]:
    yield f"# {MARK}\n\n"
    yield "terraform {\n  required_providers {\n    google = {\n"
    yield '      source  = "hashicorp/google"\n      version = ">= 5.0"\n    }\n  }\n}\n\n'
    yield 'variable "project" {\n  description = "Id of the project"\n  type        = string\n}\n'
    for metric in LOG_METRICS:
        yield "".join(_resource(metric))


def _resource(metric: LogMetric) -> Iterator[str]:
    found = definition(metric)
    yield f'\nresource "google_logging_metric" "{metric.name.replace("/", "_")}" {{\n'
    yield f"  project     = var.project\n  name        = {literal(metric.name)}\n"
    yield f"  description = {literal(found['description'])}\n"
    yield f"  filter      = {literal(found['filter'])}\n"
    yield "".join(_descriptor(found["metricDescriptor"]))
    if found["labelExtractors"]:
        yield "\n  label_extractors = {\n"
        width = max(map(len, found["labelExtractors"]))
        for name, text in found["labelExtractors"].items():
            yield f"    {name.ljust(width)} = {literal(text)}\n"
        yield "  }\n"
    if "valueExtractor" in found:
        bounds = ", ".join(map(repr, found["bucketOptions"]["explicitBuckets"]["bounds"]))
        yield f"\n  value_extractor = {literal(found['valueExtractor'])}\n"
        yield "\n  bucket_options {\n    explicit_buckets {\n"
        yield f"      bounds = [{bounds}]\n    }}\n  }}\n"
    yield "}\n"


def _descriptor(found: Definition) -> Iterator[str]:
    yield "\n  metric_descriptor {\n"
    yield f"    metric_kind = {literal(found['metricKind'])}\n"
    yield f"    value_type  = {literal(found['valueType'])}\n"
    yield f"    unit        = {literal(found['unit'])}\n"
    for label in found["labels"]:
        yield f"\n    labels {{\n      key         = {literal(label['key'])}\n"
        yield f'      value_type  = "STRING"\n      description = {literal(label["description"])}\n'
        yield "    }\n"
    yield "  }\n"
