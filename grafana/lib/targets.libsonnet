// A query of a panel, in the format of Grafana's Prometheus datasource.
local letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

{
  datasource(name): { type: 'prometheus', uid: '${' + name + '}' },

  new(target, at): {
    datasource: $.datasource(target.datasource),
    editorMode: 'code',
    expr: target.expr,
    format: target.format,
    instant: target.instant,
    // Stated for each: a panel with two datasources does not take the interval of either.
    [if target.every != '' then 'interval']: target.every,
    legendFormat: target.legend,
    range: !target.instant,
    refId: letters[at],
  },

  // The datasource of a panel: that of its queries, where they all have one.
  common(targets)::
    local names = std.set([target.datasource for target in targets]);
    if std.length(names) == 1 then $.datasource(names[0])
    else { type: 'datasource', uid: '-- Mixed --' },
}
