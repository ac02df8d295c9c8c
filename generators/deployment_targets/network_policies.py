"""Who may reach a program of ours in Kubernetes, and whom it may reach."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from exporter.settings import Settings
from generators.deployment_targets.manifests import NAME, labels, manifest
from generators.deployment_targets.model import Body
from generators.deployment_targets.needed_files import SystemProgram
from generators.deployment_targets.pods import Workload

_HTTPS, _DNS = 443, 53
_PROMETHEUS, _ALERTMANAGER, _REDIS = 9090, 9093, 6379
# Where Workload Identity's metadata server answers; 988 without Dataplane V2.
_METADATA = (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))


def network_policy(workload: Workload) -> Body:
    """Return the policy of a program: what it needs, and nothing else."""
    settings = workload.settings
    callers = (
        ("prometheus", "alertmanager")
        if workload.reader is SystemProgram.BRIDGE
        else ("prometheus",)
    )
    incoming = {
        "from": [{"podSelector": {"matchLabels": {NAME: name}}} for name in callers],
        "ports": _tcp((workload.port,)),
    }
    servers = [
        {
            "to": [{"podSelector": {"matchLabels": {NAME: name}}}],
            "ports": _tcp((port,)),
        }
        for name, port in (("prometheus", _PROMETHEUS), ("alertmanager", _ALERTMANAGER))
    ]
    spec = {
        "podSelector": {"matchLabels": {NAME: workload.name}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [incoming],
        "egress": [
            {"ports": [*_tcp((_DNS,)), {"protocol": "UDP", "port": _DNS}]},
            *servers,
            {"ports": _tcp(sorted({_HTTPS, *_elsewhere(settings, workload.reader)}))},
            *(
                {"to": [{"ipBlock": {"cidr": at}}], "ports": _tcp((port,))}
                for at, port in _METADATA
            ),
        ],
    }
    metadata = {"name": workload.name, "labels": labels(workload.name)}
    return manifest("networking.k8s.io/v1", "NetworkPolicy", metadata, spec=spec)


def _tcp(ports: Iterable[int]) -> list[Body]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _elsewhere(settings: Settings, reader: SystemProgram) -> Iterator[int]:
    """Yield the ports of servers whose addresses may be anywhere: Redis, the mail server."""
    if reader is SystemProgram.EXPORTER:
        for target in settings.redis.targets:
            yield urlsplit(target.url).port or _REDIS
            if target.mode == "sentinel":
                yield _REDIS
    mail = settings.notifications.email
    if (
        reader is SystemProgram.BRIDGE
        and mail is not None
        and settings.notifications.digest is not None
    ):
        yield int(mail.smarthost.rpartition(":")[2])
