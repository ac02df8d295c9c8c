local board = import '../lib/board.libsonnet';
local panels = import '../lib/panels.libsonnet';
local row = import '../lib/rows.libsonnet';

function(catalog, policy)
  local show = panels(catalog, policy);
  board(catalog, [
    row.open(904, 'What is wrong, and what changed?', [
      [show.table(name, 12) { height:: 9 } for name in ['alerts', 'deploys']],
    ]),
    row.open(901, 'Does the service meet its objective?', [
      [show.stat(name, 4) for name in ['active', 'availability', 'budget', 'error_rate', 'response_time', 'throughput']],
    ]),
    row.open(903, 'Is it getting better or worse?', [
      [show.lines(name, 8) for name in ['errors_over_time', 'times_over_time', 'throughput_over_time']],
      [show.lines(name, 12) for name in ['hits_over_time', 'budget_over_time']],
    ]),
    row.open(906, 'Which region?', [
      [show.table('regions', 24) { height:: 6 }],
    ]),
    row.open(902, 'How close is it to its limits?', [
      [show.stat(name, 4) for name in ['burn', 'lag', 'cache_l1', 'cache_l2', 'cpu', 'memory']],
    ]),
    row.closed(905, 'Who uses it?', [
      [show.lines(name, 12) for name in ['users', 'requests']],
    ]),
  ])
