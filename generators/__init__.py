"""Everything that builds and judges: PromQL, rules, dashboards, their tests and documents."""
