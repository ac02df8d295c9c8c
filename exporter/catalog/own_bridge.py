"""The metrics of the bridge, `ionmon bridge`, about itself."""

from exporter.catalog.model import Family, Label, Type, Unit
from exporter.catalog.own_family import own_family


def bridge_gauge(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a gauge about the bridge."""
    return own_family(name, Type.GAUGE, unit, text, *own, program="bridge")


def bridge_counter(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a counter about the bridge."""
    return own_family(name, Type.COUNTER, unit, text, *own, program="bridge")


NOTIFICATIONS = bridge_counter(
    "ionmon_bridge_notifications_total",
    Unit.NONE,
    "Notifications that Alertmanager posted.",
    Label(
        "result",
        "what became of it",
        ("journaled", "heartbeat", "bad_request", "unauthorized", "full", "failed"),
    ),
)
ALERTS = bridge_counter(
    "ionmon_bridge_alerts_total",
    Unit.NONE,
    "Alerts that were new to the journal, each state of each group once.",
    Label("status", "state of the alert", ("firing", "resolved")),
)
REPEATS = bridge_counter(
    "ionmon_bridge_repeats_total",
    Unit.NONE,
    "Alerts of notifications that the journal knew already.",
)
VALUES_CUT = bridge_counter(
    "ionmon_bridge_values_cut_total",
    Unit.NONE,
    "Labels and annotations that were cut because they were too long.",
)
ALERTS_LEFT_OUT = bridge_counter(
    "ionmon_bridge_alerts_left_out_total",
    Unit.NONE,
    "Alerts that Alertmanager left out of notifications (max_alerts).",
)
REMOVED = bridge_counter(
    "ionmon_bridge_alerts_removed_total",
    Unit.NONE,
    "Alerts that left the journal before their time, because it was full.",
)
LETTERS_REMOVED = bridge_counter(
    "ionmon_bridge_dead_letters_removed_total",
    Unit.NONE,
    "Dead letters that left the journal undelivered, because it was full or they were too old.",
)
EVENTS = bridge_counter(
    "ionmon_bridge_events_total",
    Unit.NONE,
    "Events that Alertmanager's event recorder posted.",
    Label(
        "result",
        "what became of it",
        ("journaled", "known", "passed_over", "bad_request", "unauthorized", "full", "failed"),
    ),
)
EVENTS_UNKNOWN = bridge_counter(
    "ionmon_bridge_events_unknown_total",
    Unit.NONE,
    "Events of kinds that this version does not know, which are passed over.",
)
EVENTS_REMOVED = bridge_counter(
    "ionmon_bridge_events_removed_total",
    Unit.NONE,
    "Events that left the journal before their time, because it was full.",
)
JOURNAL_EVENTS = bridge_gauge(
    "ionmon_bridge_journal_events",
    Unit.NONE,
    "Deliveries and mutings of alerts in the journal, as Alertmanager's event recorder said.",
)
DAMAGED_ROWS = bridge_counter(
    "ionmon_bridge_journal_damaged_rows_total",
    Unit.NONE,
    "Rows of the journal that could not be read, each of which costs itself.",
    Label("table", "table of the journal", ("delivery", "acknowledgement", "fact")),
)
JOURNAL_ALERTS = bridge_gauge("ionmon_bridge_journal_alerts", Unit.NONE, "Alerts in the journal.")
JOURNAL_LIMIT = bridge_gauge(
    "ionmon_bridge_journal_alerts_limit", Unit.NONE, "Most alerts that the journal takes."
)
JOURNAL_BYTES = bridge_gauge(
    "ionmon_bridge_journal_bytes", Unit.BYTES, "Size of the journal's file."
)
JOURNAL_SUCCESS = bridge_gauge(
    "ionmon_bridge_journal_success", Unit.NONE, "1 where the journal could be written last."
)
FAMILIES = (
    NOTIFICATIONS,
    ALERTS,
    REPEATS,
    VALUES_CUT,
    ALERTS_LEFT_OUT,
    REMOVED,
    LETTERS_REMOVED,
    EVENTS,
    EVENTS_UNKNOWN,
    EVENTS_REMOVED,
    JOURNAL_EVENTS,
    DAMAGED_ROWS,
    JOURNAL_ALERTS,
    JOURNAL_LIMIT,
    JOURNAL_BYTES,
    JOURNAL_SUCCESS,
)
