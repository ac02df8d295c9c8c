"""What an AlertmanagerConfig, v1alpha1, calls the fields of alertmanager.yml that we write.

From the operator's API reference. A field that is missing here is missing there: an app's token and
edits of Slack, time zones, the event recorder.
"""

from collections.abc import Mapping

_HTTP = {"send_resolved": "sendResolved", "http_config": "httpConfig", "timeout": "timeout"}
RECEIVERS = {
    "slack_configs": "slackConfigs",
    "pagerduty_configs": "pagerdutyConfigs",
    "email_configs": "emailConfigs",
    "webhook_configs": "webhookConfigs",
    "msteamsv2_configs": "msteamsv2Configs",
}
# Of `global`: the keys of a mail that stand for them in each receiver.
GLOBAL = {
    "smtp_from": "from",
    "smtp_smarthost": "smarthost",
    "smtp_require_tls": "require_tls",
    "smtp_auth_username": "auth_username",
    "smtp_auth_password_file": "auth_password_file",
}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "route": {
        "receiver": "receiver",
        "group_by": "groupBy",
        "group_wait": "groupWait",
        "group_interval": "groupInterval",
        "repeat_interval": "repeatInterval",
        "matchers": "matchers",
        "continue": "continue",
        "routes": "routes",
        "mute_time_intervals": "muteTimeIntervals",
        "active_time_intervals": "activeTimeIntervals",
    },
    "inhibit_rule": {
        "source_matchers": "sourceMatch",
        "target_matchers": "targetMatch",
        "equal": "equal",
    },
    "time_interval": {"name": "name", "time_intervals": "timeIntervals"},
    "time_intervals": {
        "times": "times",
        "weekdays": "weekdays",
        "days_of_month": "daysOfMonth",
        "months": "months",
        "years": "years",
    },
    "times": {"start_time": "startTime", "end_time": "endTime"},
    "receiver.slack_configs": {
        **_HTTP,
        "api_url_file": "apiURL",
        "channel": "channel",
        "color": "color",
        "title": "title",
        "title_link": "titleLink",
        "pretext": "pretext",
        "text": "text",
        "fallback": "fallback",
        "link_names": "linkNames",
        "mrkdwn_in": "mrkdwnIn",
    },
    "receiver.pagerduty_configs": {
        **_HTTP,
        "routing_key_file": "routingKey",
        "url": "url",
        "client": "client",
        "client_url": "clientURL",
        "description": "description",
        "severity": "severity",
        "class": "class",
        "group": "group",
        "component": "component",
        "details": "details",
        "links": "pagerDutyLinkConfigs",
        "source": "source",
    },
    # Its text is called alt there, whatever it is.
    "receiver.pagerduty_configs.links": {"href": "href", "text": "alt"},
    "receiver.email_configs": {
        "send_resolved": "sendResolved",
        "to": "to",
        "from": "from",
        "smarthost": "smarthost",
        "auth_username": "authUsername",
        "auth_password_file": "authPassword",
        "headers": "headers",
        "html": "html",
        "text": "text",
        "require_tls": "requireTLS",
    },
    "receiver.webhook_configs": {
        **_HTTP,
        "url": "url",
        "url_file": "urlSecret",
        "max_alerts": "maxAlerts",
    },
    "receiver.msteamsv2_configs": {
        "send_resolved": "sendResolved",
        "http_config": "httpConfig",
        "webhook_url_file": "webhookURL",
        "title": "title",
        "text": "text",
    },
    "http_config": {"authorization": "authorization"},
    "authorization": {"type": "type", "credentials_file": "credentials"},
}
# The section that a field's value is, where it is not named after both.
BELOW = {
    "routes": "route",
    "time_intervals": "time_intervals",
    "times": "times",
    "http_config": "http_config",
    "authorization": "authorization",
}
# Of each kind, by which fields a message finds its way: without any, the entry is left out.
ADDRESSES = {
    "slack_configs": {"apiURL"},
    "pagerduty_configs": {"routingKey"},
    "email_configs": {"to"},
    "webhook_configs": {"url", "urlSecret"},
    "msteamsv2_configs": {"webhookURL"},
}
# Files there, keys of a Secret here.
SECRET_FIELDS = frozenset(
    {
        "api_url_file",
        "routing_key_file",
        "auth_password_file",
        "url_file",
        "webhook_url_file",
        "credentials_file",
    }
)
LISTS = frozenset({"details", "headers"})  # mappings there, lists of key and value here
