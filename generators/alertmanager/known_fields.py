"""What each Alertmanager knows: fields by section, functions and fields of templates.

Sections are those of its config, notify and eventrecorder packages that the generated files use;
deprecated fields are left out, so that none is used.
"""

from collections.abc import Iterator, Mapping

from exporter.settings.versions import OLDEST_ALERTMANAGER

Known = Mapping[str, str]
INTEGRATIONS = (
    "slack_configs",
    "pagerduty_configs",
    "email_configs",
    "webhook_configs",
    "msteamsv2_configs",
)
_HTTP = "http_config send_resolved"
_OUTPUT = "event_recorder.webhook_outputs"
_OLDEST = {
    "alertmanager.yml": "global templates route inhibit_rules receivers time_intervals",
    "global": """
        resolve_timeout http_config smtp_from smtp_hello smtp_smarthost smtp_auth_username
        smtp_auth_password smtp_auth_password_file smtp_auth_secret smtp_auth_identity
        smtp_require_tls slack_api_url slack_api_url_file pagerduty_url
    """,
    "route": """
        receiver group_by matchers mute_time_intervals active_time_intervals continue routes
        group_wait group_interval repeat_interval
    """,
    "inhibit_rule": "source_matchers target_matchers equal",
    "time_interval": "name time_intervals",
    "times": "times weekdays days_of_month months years location",
    "receiver": "name slack_configs pagerduty_configs email_configs webhook_configs",
    "slack_configs": f"""
        {_HTTP} api_url api_url_file channel username color title title_link pretext text fields
        short_fields footer fallback callback_id icon_emoji icon_url image_url thumb_url
        link_names mrkdwn_in actions
    """,
    "slack_configs.actions": "type text url style name value confirm",
    "slack_configs.fields": "title value short",
    "pagerduty_configs": f"""
        {_HTTP} service_key service_key_file routing_key routing_key_file url client client_url
        description details images links source severity class component group
    """,
    "pagerduty_configs.links": "href text",
    "pagerduty_configs.images": "src alt href",
    "email_configs": """
        send_resolved to from hello smarthost auth_username auth_password auth_password_file
        auth_secret auth_identity headers html text require_tls tls_config
    """,
    "webhook_configs": f"{_HTTP} url max_alerts",
    "http_config": """
        basic_auth authorization oauth2 proxy_url tls_config follow_redirects enable_http2
    """,
}
_ADDED = {
    "0.26": {
        "webhook_configs": "url_file",
        "http_config": "no_proxy proxy_from_environment proxy_connect_header",
    },
    "0.28": {
        "global": "smtp_tls_config",
        "receiver": "msteamsv2_configs",
        "msteamsv2_configs": f"{_HTTP} webhook_url webhook_url_file title text",
        "webhook_configs": "timeout",
        "http_config": "http_headers",
    },
    "0.30": {
        "alertmanager.yml": "tracing",
        "global": "slack_app_token slack_app_token_file slack_app_url",
        "inhibit_rule": "name",
        "slack_configs": "app_token app_token_file app_url timeout",
        "pagerduty_configs": "timeout",
        "email_configs": "threading",
    },
    "0.31": {
        "global": "smtp_auth_secret_file smtp_force_implicit_tls",
        "slack_configs": "message_text",
        "email_configs": "auth_secret_file force_implicit_tls",
    },
    "0.32": {"slack_configs": "update_message", "webhook_configs": "payload"},
    "0.33": {
        "alertmanager.yml": "event_recorder",
        "receiver": "labels",
        "event_recorder": "file_outputs webhook_outputs kafka_outputs",
        _OUTPUT: "url http_config timeout workers max_retries retry_backoff",
    },
    "0.34": {
        "route": "labels",
        "event_recorder": "stdout_outputs",
        _OUTPUT: "batch batch_max_events batch_max_bytes batch_flush_interval",
    },
    "0.35": {"slack_configs": "post_updates_to_thread", _OUTPUT: "name"},
}
_OF_GO = (
    "if else end range with template define block break continue true false nil "
    "and or not len index slice eq ne lt le gt ge print printf println html js urlquery call "
)
_OLDEST_FUNCTIONS = "toUpper toLower title join match safeHtml reReplaceAll stringSlice"
_FUNCTIONS = {
    OLDEST_ALERTMANAGER: f"{_OF_GO} {_OLDEST_FUNCTIONS}",
    "0.26": "trimSpace",
    "0.28": "date tz since humanizeDuration",
    "0.30": "safeUrl urlUnescape toJson",
    "0.32": "list append dict",
    "0.33": "now",
    "0.34": "routeLabels toDate mustToDate base64encode base64decode",
    "0.35": "addDuration",
}


def _sections() -> Iterator[tuple[str, str, str]]:
    """Yield each section with its fields and the version that they came with."""
    for section, names in _OLDEST.items():
        yield section, names, OLDEST_ALERTMANAGER
    for version, added in _ADDED.items():
        for section, names in added.items():
            yield section, names, version


FIELDS: dict[str, dict[str, str]] = {section: {} for section, *_ in _sections()}
for _section, _names, _version in _sections():
    FIELDS[_section] |= dict.fromkeys(_names.split(), _version)
FUNCTIONS: Known = {name: v for v, names in _FUNCTIONS.items() for name in names.split()}
# What templates read of a notification, where it is newer.
READ: Known = {"NotificationReason": "0.32", "RouteLabels": "0.34"}
