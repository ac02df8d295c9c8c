"""The folders below a root that generated files lie in."""

SERVERS = "alertmanager/out"  # what Prometheus and Alertmanager load, and monitoring_config.json
RULE_FILES = f"{SERVERS}/rules"
RULE_TESTS = f"{SERVERS}/tests"
DASHBOARDS = "grafana/out"  # the dashboards, and files that refer to them by relative path
PROVISIONING = "grafana/provisioning"
