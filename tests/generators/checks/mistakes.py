"""Expressions for what does not exist, each with the start of its problem."""

DURATION = "cloudrun_request_duration_seconds"
MISTAKES: list[tuple[str, str]] = [
    # syntax
    ("sum(up", "syntax: this is no PromQL: unclosed left parenthesis; fix the expression"),
    (
        "rate(up)",
        (
            "syntax: this is no PromQL: expected type matrix in call to function "
            "'rate', got vector; "
            "fix the expression"
        ),
    ),
    (
        'up{job="a" or job="b"}',
        (
            "syntax: this is no PromQL: no Prometheus knows `or` within braces; write "
            "two selectors; "
            "fix the expression"
        ),
    ),
    (
        "mad_over_time(cloudrun_instances[5m])",
        (
            "syntax: function mad_over_time is not in both Prometheus 2.42 and 3; "
            "did you mean 'max_over_time'?"
        ),
    ),
    (
        "holt_winters(cloudrun_instances[1h], 0.1, 0.1)",
        "syntax: function holt_winters is not in both Prometheus 2.42 and 3; leave it out",
    ),
    (
        "limitk(3, cloudrun_instances)",
        "syntax: aggregation limitk is not in both Prometheus 2.42 and 3; leave it out",
    ),
    # metric
    (
        "rate(cloudrun_request_total[5m])",
        "metric: nothing exports cloudrun_request_total; did you mean 'cloudrun_requests_total'?",
    ),
    (
        "max({__name__='cloudsql_replica_lag'})",
        (
            "metric: nothing exports cloudsql_replica_lag; "
            "did you mean 'cloudsql_replica_lag_seconds'?"
        ),
    ),
    (
        "max(zzz)",
        (
            "metric: nothing exports zzz; docs/metrics.md lists what is exported, and "
            "--page adds the metrics of a real /metrics"
        ),
    ),
    (
        "max(own:test:valeu)",
        "metric: no rule records own:test:valeu; did you mean 'own:test:value'?",
    ),
    ("max(zzz:zzz:zzz)", "metric: no rule records zzz:zzz:zzz; remove it, or record it"),
    (
        'count({__name__=~"clodrun_.+"})',
        (
            "metric: no metric has a name like clodrun_.+; docs/metrics.md lists what "
            "is exported, and "
            "--page adds the metrics of a real /metrics"
        ),
    ),
    # label
    (
        'max(cloudrun_instances{regoin="x"})',
        "label: cloudrun_instances has no label regoin; did you mean 'region'?",
    ),
    (
        'max(cloudrun_instances{zzz!="x"})',
        (
            "label: cloudrun_instances has no label zzz; there is job, instance, "
            "gcp_project, region, "
            "service_name, state"
        ),
    ),
    (
        'max(prometheus_notifications_errors_total{alertmanger="x"} offset 5m) or vector(0)',
        (
            "label: prometheus_notifications_errors_total has no label alertmanger; "
            "did you mean 'alertmanager'?"
        ),
    ),
    # value
    (
        'sum(rate(cloudrun_requests_total{response_code_class="500"}[5m]))',
        "value: response_code_class of cloudrun_requests_total is never '500'; did you mean '5xx'?",
    ),
    (
        'sum(rate(cloudrun_requests_total{response_code_class!~"4xx|5x"}[5m]))',
        "value: response_code_class of cloudrun_requests_total is never '5x'; did you mean '5xx'?",
    ),
    (
        'sum(rate(cloudrun_requests_total{response_code_class=~"6.."}[5m]))',
        (
            "value: no response_code_class of cloudrun_requests_total is like 6..; "
            "there is 1xx, 2xx, 3xx, 4xx, 5xx"
        ),
    ),
    (
        'max(cloudrun_instances{state="zzzz"})',
        "value: state of cloudrun_instances is never 'zzzz'; there is active, idle",
    ),
    (
        'count(ALERTS{alertstate="fireing"})',
        "value: alertstate of ALERTS is never 'fireing'; did you mean 'firing'?",
    ),
    # bucket
    (
        f'sum(rate({DURATION}_bucket{{le="0.11"}}[5m]))',
        f"bucket: {DURATION}_bucket has no bucket le=\"0.11\"; did you mean '0.111120068256'?",
    ),
    (
        f'sum(rate({DURATION}_bucket{{le="1e9"}}[5m]))',
        f'bucket: {DURATION}_bucket has no bucket le="1e9"; did you mean \'',
    ),
    (
        f'sum(rate({DURATION}_bucket{{le=~"0.1111200682560|fast"}}[5m]))',
        (
            f'bucket: {DURATION}_bucket has no bucket le="0.1111200682560": '
            'it is written le="0.111120068256"'
        ),
    ),
    (
        f'sum(rate({DURATION}_bucket{{le=~"0.111120068256|0.2"}}[5m]))',
        f"bucket: {DURATION}_bucket has no bucket le=\"0.2\"; did you mean '0.217795333781'?",
    ),
    (
        'sum(rate(cloudrun_requests_total{response_code_class=~"4xx|6.."}[5m]))',
        (
            "value: no response_code_class of cloudrun_requests_total is like 6..; "
            "there is 1xx, 2xx, 3xx, 4xx, 5xx"
        ),
    ),
    (
        f'sum(rate({DURATION}_bucket{{le="fast"}}[5m]))',
        'bucket: le="fast" is no number; write it like 0.5 or +Inf',
    ),
    (
        'sum(rate(app_request_duration_seconds_bucket{le="1"}[5m]))',
        'bucket: app_request_duration_seconds_bucket has no bucket le="1": it is written le="1.0"',
    ),
]
