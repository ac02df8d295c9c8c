"""What Alertmanager 0.25, of Debian 12, knows: fields by section, and functions of templates.

Fields are those of its config package; deprecated ones are left out, so that none is used.
"""

from collections.abc import Mapping

_OF_GO = (
    "if else end range with template define block break continue true false nil "
    "and or not len index slice eq ne lt le gt ge print printf println html js urlquery call "
)
_OF_ALERTMANAGER = "toUpper toLower title join match safeHtml reReplaceAll stringSlice trimSpace"
FUNCTIONS = frozenset((_OF_GO + _OF_ALERTMANAGER).split())
INTEGRATIONS = ("slack_configs", "pagerduty_configs", "email_configs", "webhook_configs")
_HTTP = "http_config send_resolved"
FIELDS: Mapping[str, frozenset[str]] = {
    section: frozenset(names.split())
    for section, names in {
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
        "receiver": f"name {' '.join(INTEGRATIONS)}",
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
    }.items()
}
