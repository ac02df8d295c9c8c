"""Five Grafana dashboards: what they ask and say; how they look is in grafana/."""
