"""Expressions of what is there that mean nothing, each with the start of its problem."""

DURATION = "cloudrun_request_duration_seconds"
MISUSES: list[tuple[str, str]] = [
    # counter
    (
        "rate(cloudrun_instances[5m])",
        (
            "counter: rate of cloudrun_instances, which is a gauge; write delta or deriv, "
            "or take a counter"
        ),
    ),
    (
        "increase(ionmon_build_info[5m])",
        (
            "counter: increase of ionmon_build_info, which is an info; write delta or deriv, "
            "or take a counter"
        ),
    ),
    (
        "irate(own:test:value[5m])",
        (
            "counter: irate of own:test:value, which is a gauge; write delta or deriv, "
            "or take a counter"
        ),
    ),
    (
        "max_over_time(rate(cloudrun_instances[5m])[1h:1m])",
        (
            "counter: rate of cloudrun_instances, which is a gauge; write delta or deriv, "
            "or take a counter"
        ),
    ),
    (
        "cloudrun_requests_total > 0 unless cloudrun_instances offset 1h",
        (
            "counter: cloudrun_requests_total is a counter without rate; "
            "write rate or increase of it"
        ),
    ),
    (
        "sum(cloudrun_requests_total)",
        (
            "counter: cloudrun_requests_total is a counter without rate; "
            "write rate or increase of it"
        ),
    ),
    (
        f"max_over_time({DURATION}_count[5m])",
        (f"counter: {DURATION}_count is a counter without rate; write rate or increase of it"),
    ),
    (
        "cloudrun_requests_total and on (region) cloudrun_instances",
        (
            "counter: cloudrun_requests_total is a counter without rate; "
            "write rate or increase of it"
        ),
    ),
    (
        "cloudrun_instances and on () (cloudrun_requests_total > 0)",
        (
            "counter: cloudrun_requests_total is a counter without rate; "
            "write rate or increase of it"
        ),
    ),
    (
        f"histogram_quantile(0.9, sum by (region) (rate({DURATION}_bucket[5m])))",
        (
            "counter: histogram_quantile needs the label le, which is missing; "
            "keep it: sum by (le, ...)"
        ),
    ),
    (
        f"histogram_quantile(0.9, rate({DURATION}_sum[5m]))",
        (
            "counter: histogram_quantile needs the label le, which is missing; "
            "take the series that end in _bucket"
        ),
    ),
    # matching
    (
        "sum by (regoin) (cloudrun_instances)",
        "matching: by (regoin): the aggregated series have no label regoin; did you mean 'region'?",
    ),
    (
        "sum without (le) (sum by (region) (cloudrun_instances))",
        "matching: without (le): the aggregated series have no label le; there is region",
    ),
    (
        "sum by (region) (cloudrun_instances) / sum by (region, state) (cloudrun_instances)",
        (
            "matching: the sides of / never match: only the right side has state; "
            "write on (region) group_right ()"
        ),
    ),
    (
        "sum by (region) (cloudrun_instances) unless sum by (state) (cloudrun_instances)",
        (
            "matching: the sides of unless never match: only the left side has region, "
            "only the right side has state; write on ()"
        ),
    ),
    (
        "max by (region) (cloudrun_instances) * max by (redis_id) (redis_up)",
        (
            "matching: the sides of * never match: only the left side has region, "
            "only the right side has redis_id; aggregate both by ()"
        ),
    ),
    (
        "sum by (region) (cloudrun_instances) > vector(1)",
        (
            "matching: the sides of > never match: only the left side has region; "
            "write on () group_left ()"
        ),
    ),
    (
        "sum by (region) (cloudrun_instances) / on (regoin) sum by (region) (cloudrun_instances)",
        (
            "matching: on (regoin): the left and right side of / has no label regoin; "
            "did you mean 'region'?"
        ),
    ),
    (
        "sum by (region) (cloudrun_instances) and on (region) sum(cloudrun_instances)",
        "matching: on (region): the right side of and has no label region; there is none",
    ),
    (
        (
            "sum by (region) (cloudrun_instances) / ignoring (state) sum by (region) "
            "(cloudrun_pending_requests)"
        ),
        "matching: ignoring (state): neither side has a label state; leave it out",
    ),
    (
        (
            "sum by (region, state) (cloudrun_instances) / on (region) "
            "sum by (region) (cloudrun_instances)"
        ),
        (
            "matching: several series of the left side of / may match one of the other: "
            "they differ in state; aggregate them first, or add group_left ()"
        ),
    ),
    (
        (
            "sum by (region) (cloudrun_instances) / on (region) group_left () "
            "sum by (region, state) (cloudrun_instances)"
        ),
        (
            "matching: several series of the right side of / may match one of the other: "
            "they differ in state; aggregate them first, or match on these labels too"
        ),
    ),
    (
        (
            "sum by (region, state) (cloudrun_instances) / ignoring (state) "
            "sum by (region, state) (cloudrun_instances)"
        ),
        (
            "matching: several series of the left side of / may match one of the other: "
            "they differ in state; aggregate them first, or match on these labels too"
        ),
    ),
    (
        "redis_up * on (redis_id, redis_node) group_left (rol) redis_instance_info",
        "matching: group_left (rol): the right side has no label rol; did you mean 'role'?",
    ),
    # window
    (
        "rate(cloudrun_requests_total[1m])",
        (
            "window: [1m] of cloudrun_requests_total is too short for rate: it is "
            "scraped every 1m; "
            "write [2m] or more"
        ),
    ),
    (
        "max_over_time(cloudrun_instances[30s])",
        (
            "window: [30s] of cloudrun_instances is too short for max_over_time: it is "
            "scraped every "
            "1m; write [1m] or more"
        ),
    ),
    (
        "increase(cloudrun_requests_total[4d])",
        (
            "window: cloudrun_requests_total is read 4d back, but only 3d are kept; "
            "shorten it, or query the server that keeps more"
        ),
    ),
    (
        "max_over_time(rate(cloudrun_requests_total[1d])[2d:1h] offset 1d)",
        (
            "window: cloudrun_requests_total is read 4d back, but only 3d are kept; "
            "shorten it, or query the server that keeps more"
        ),
    ),
]
