"""Series of other programs that rules and dashboards may use, as Debian 12's versions have them.

Read from /metrics of Prometheus 2.42 and Alertmanager 0.25; `up` and its like are made by a
scrape.
"""

from dataclasses import dataclass

from exporter.catalog.model import Type


@dataclass(frozen=True, slots=True)
class ExternalSeries:
    """A series of another program: its labels beside those of the target."""

    name: str
    type: Type
    labels: tuple[str, ...] = ()


def _rows(kind: Type, labels: tuple[str, ...], *names: str) -> tuple[ExternalSeries, ...]:
    return tuple(ExternalSeries(name, kind, labels) for name in names)


_REMOTE = ("remote_name", "url")
_GAUGE, _COUNTER = Type.GAUGE, Type.COUNTER

EXTERNAL: tuple[ExternalSeries, ...] = (
    *_rows(
        _GAUGE,
        (),
        "up",
        "scrape_duration_seconds",
        "scrape_samples_scraped",
        "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    ),
    *_rows(
        _GAUGE,
        (),
        "alertmanager_cluster_enabled",
        "alertmanager_config_last_reload_successful",
        "alertmanager_config_last_reload_success_timestamp_seconds",
    ),
    *_rows(_GAUGE, ("state",), "alertmanager_alerts"),
    *_rows(_COUNTER, ("status", "version"), "alertmanager_alerts_received_total"),
    *_rows(_COUNTER, ("version",), "alertmanager_alerts_invalid_total"),
    *_rows(
        _COUNTER,
        ("integration",),
        "alertmanager_notifications_total",
        "alertmanager_notifications_failed_total",
        "alertmanager_notification_requests_total",
        "alertmanager_notification_requests_failed_total",
    ),
    *_rows(
        _GAUGE,
        (),
        "prometheus_config_last_reload_successful",
        "prometheus_config_last_reload_success_timestamp_seconds",
        "prometheus_notifications_alertmanagers_discovered",
        "prometheus_notifications_queue_capacity",
        "prometheus_notifications_queue_length",
        "prometheus_tsdb_head_series",
        "prometheus_tsdb_storage_blocks_bytes",
        "prometheus_remote_storage_highest_timestamp_in_seconds",
    ),
    *_rows(
        _COUNTER,
        (),
        "prometheus_notifications_dropped_total",
        "prometheus_tsdb_compactions_failed_total",
        "prometheus_tsdb_reloads_failures_total",
        "prometheus_tsdb_wal_corruptions_total",
        "prometheus_remote_storage_samples_in_total",
    ),
    *_rows(_COUNTER, ("type",), "prometheus_tsdb_head_samples_appended_total"),
    *_rows(
        _COUNTER,
        ("alertmanager",),
        "prometheus_notifications_errors_total",
        "prometheus_notifications_sent_total",
    ),
    *_rows(
        _COUNTER,
        ("rule_group",),
        "prometheus_rule_evaluations_total",
        "prometheus_rule_evaluation_failures_total",
        "prometheus_rule_group_iterations_total",
        "prometheus_rule_group_iterations_missed_total",
    ),
    *_rows(
        _GAUGE,
        ("rule_group",),
        "prometheus_rule_group_interval_seconds",
        "prometheus_rule_group_last_duration_seconds",
        "prometheus_rule_group_last_evaluation_samples",
        "prometheus_rule_group_last_evaluation_timestamp_seconds",
        "prometheus_rule_group_rules",
    ),
    *_rows(
        _COUNTER,
        _REMOTE,
        "prometheus_remote_storage_samples_total",
        "prometheus_remote_storage_samples_failed_total",
        "prometheus_remote_storage_samples_dropped_total",
        "prometheus_remote_storage_samples_retried_total",
        "prometheus_remote_storage_bytes_total",
    ),
    *_rows(
        _GAUGE,
        _REMOTE,
        "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
        "prometheus_remote_storage_samples_pending",
        "prometheus_remote_storage_shards",
        "prometheus_remote_storage_shards_desired",
        "prometheus_remote_storage_shards_max",
    ),
)
