"""Manifests of Kubernetes: their common parts, how they are written, and what they may weigh."""

from collections.abc import Iterable, Mapping
from textwrap import wrap

from exporter.errors import IonmonError
from generators.deployment_targets.model import Body
from generators.files import MARK
from generators.rules.model import dumped

NAMESPACE = "monitoring"
SECRETS = "ionmon-secrets"  # one for all files with secrets, by their names
NAME = "app.kubernetes.io/name"
_PART_OF = {"app.kubernetes.io/part-of": "ion-monitoring"}
_WIDTH = 98
_LARGEST = 1 << 20  # bytes of a ConfigMap's or a Secret's data


def labels(name: str = "", more: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the labels of an object, with its name's where it has one of our programs."""
    return {**({NAME: name} if name else {}), **_PART_OF, **more}


def manifest(api: str, kind: str, metadata: Body, **content: object) -> Body:
    """Return an object in our namespace."""
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"namespace": NAMESPACE, **metadata},
        **content,
    }


def everywhere(found: Body) -> Body:
    """Return an object that belongs to no namespace."""
    metadata = {name: value for name, value in found["metadata"].items() if name != "namespace"}
    return {**found, "metadata": metadata}


def config_map(metadata: Body, data: Mapping[str, str]) -> Body:
    """Return a ConfigMap. Raises IonmonError where it is larger than Kubernetes takes."""
    return manifest("v1", "ConfigMap", metadata, data=_weighed(metadata, data))


def secret(metadata: Body, data: Mapping[str, str]) -> Body:
    """Return a Secret. Raises IonmonError where it is larger than Kubernetes takes."""
    return manifest("v1", "Secret", metadata, type="Opaque", stringData=_weighed(metadata, data))


def _weighed(metadata: Body, data: Mapping[str, str]) -> dict[str, str]:
    weight = sum(len(name.encode()) + len(text.encode()) for name, text in data.items())
    if weight > _LARGEST:
        raise IonmonError(
            f"{metadata['name']}: {weight:,} bytes, and Kubernetes takes {_LARGEST:,} in one "
            "object; write fewer services or alerts into the settings, or mount the generated files"
        )
    return dict(data)


def written(about: Iterable[str], *objects: Body) -> str:
    """Return a file of objects; `about` is what a reader has to know, in paragraphs."""
    head = "".join(f"# {line}".rstrip() + "\n" for part in about for line in _lines(part))
    return f"# {MARK}\n{head}" + "---\n".join(dumped(each) for each in objects)


def _lines(paragraph: str) -> list[str]:
    """Return the lines of a paragraph; a command, which is indented, stays on its line."""
    if not paragraph or paragraph.startswith(" "):
        return [paragraph]
    return wrap(paragraph, _WIDTH, subsequent_indent="  " * paragraph.startswith("- "))
