local board = import '../lib/board.libsonnet';
local panels = import '../lib/panels.libsonnet';
local row = import '../lib/rows.libsonnet';

function(catalog, policy)
  local show = panels(catalog, policy);
  board(catalog, [
    row.open(941, 'Are there enough resources?', [
      [
        show.stat(name + '_now', 4)
        for name in ['instances', 'cpu_utilization', 'memory_utilization', 'replication_lag', 'db_connections', 'age']
      ],
    ]),
    row.open(942, 'Do containers have capacity left?', [
      [show.steps('instances', 8), show.stacked('states', 8), show.bars('scaling', 8)],
      [show.lines(name, 12) for name in ['cpu', 'memory']],
    ]),
    row.open(943, 'Does the database keep up?', [
      [show.lines(name, 12) for name in ['lag', 'query_time']],
      [show.lines(name, 12) for name in ['connections', 'pool']],
      [show.lines(name, 8) for name in ['database_cpu', 'database_memory', 'database_disk']],
    ]),
    row.open(944, 'Does the monitoring itself work?', [
      [show.timeline('exporter', 8), show.lines('age', 8), show.lines('cost', 8)],
    ]),
  ] + (
    if std.length(policy.configured) == 0 then []
    else [row.open(947, 'How are the metrics of monitoring.yaml?', [
      [show.lines(name, 24 / std.length(names)) for name in names]
      for names in policy.configured
    ])]
  ) + [
    row.closed(945, 'What else does the database do?', [
      [show.lines(name, 12) for name in ['reads', 'writes']],
      [show.lines('transactions', 8), show.lines('deadlocks', 8), show.stacked('backends', 8)],
      [show.lines(name, 12) for name in ['query_band', 'connections_band']],
    ]),
    row.closed(946, 'What does the monitoring use?', [
      [show.bars('failures', 8), show.lines('returned', 8), show.lines('series', 8)],
      [show.lines(name, 8) for name in ['rules', 'notifications', 'process']],
    ]),
  ])
