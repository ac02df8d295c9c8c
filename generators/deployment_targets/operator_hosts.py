"""The host names of the operator's servers: it makes these Services in their namespace itself."""

from generators.deployment_targets.placed import BRIDGE_PORT, EXPORTER_PORT, Hosts
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB

_PROMETHEUS = "prometheus-operated:9090"
HOSTS = Hosts(
    exporter=f"{EXPORTER_JOB}:{EXPORTER_PORT}",
    bridge=f"{BRIDGE_JOB}:{BRIDGE_PORT}",
    prometheus=_PROMETHEUS,
    longterm=_PROMETHEUS,  # one server keeps what two keep elsewhere
    alertmanager="alertmanager-operated:9093",
)
