"""The bridge's metrics about what it delivers, and about the chain that alerts go through."""

from exporter.catalog.model import Family, Label, Unit
from exporter.catalog.own_bridge import bridge_counter, bridge_gauge

_TARGET = Label("target", "where it goes: sentry, mail")

DELIVERIES = bridge_counter(
    "ionmon_bridge_deliveries_total",
    Unit.NONE,
    "Tries to deliver an alert.",
    _TARGET,
    Label("outcome", "what became of it", ("sent", "failed", "dead")),
)
PENDING = bridge_gauge(
    "ionmon_bridge_deliveries_pending", Unit.NONE, "Alerts that are to be delivered.", _TARGET
)
DEAD_LETTERS = bridge_gauge(
    "ionmon_bridge_dead_letters",
    Unit.NONE,
    "Alerts whose delivery was given up; `ionmon bridge dead` lists them.",
    _TARGET,
)
FAILING = bridge_gauge(
    "ionmon_bridge_delivery_failing_seconds",
    Unit.SECONDS,
    "Time since deliveries began to fail, 0 while they arrive.",
    _TARGET,
)
CHECK_INS = bridge_counter(
    "ionmon_bridge_check_ins_total",
    Unit.NONE,
    "Check-ins that say whether alerts arrive; a heartbeat is withheld where they do not.",
    Label("to", "what they go to", ("sentry", "heartbeat")),
    Label("outcome", "what became of it", ("sent", "failed", "withheld")),
)
CHAIN = bridge_gauge(
    "ionmon_chain_seconds",
    Unit.SECONDS,
    "Time the last hourly test alert took from Prometheus' rule into the bridge's journal.",
)
CHAIN_AGE = bridge_gauge(
    "ionmon_chain_age_seconds",
    Unit.SECONDS,
    "Time since the last hourly test alert arrived, over restarts of the bridge.",
)

FAMILIES: tuple[Family, ...] = (
    DELIVERIES,
    PENDING,
    DEAD_LETTERS,
    FAILING,
    CHECK_INS,
    CHAIN,
    CHAIN_AGE,
)
