// Marks in every chart: deploys, and beginnings of alerts.
local targets = import 'targets.libsonnet';
local tokens = import 'tokens.libsonnet';

{
  own: {
    builtIn: 1,
    datasource: { type: 'grafana', uid: '-- Grafana --' },
    enable: true,
    hide: true,
    iconColor: tokens.colours.latency,
    name: 'Annotations & Alerts',
    type: 'dashboard',
  },

  query(annotation): {
    datasource: targets.datasource(annotation.datasource),
    enable: true,
    expr: annotation.expr,
    hide: false,
    iconColor: tokens.colours[annotation.colour],
    name: annotation.name,
    step: annotation.step,
    tagKeys: annotation.tags,
    textFormat: annotation.text,
    titleFormat: annotation.title,
    useValueForTime: true,
  },
}
