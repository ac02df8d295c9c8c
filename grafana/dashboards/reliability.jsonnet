local board = import '../lib/board.libsonnet';
local panels = import '../lib/panels.libsonnet';
local row = import '../lib/rows.libsonnet';

function(catalog, policy)
  local show = panels(catalog, policy);
  board(catalog, [
    row.open(921, 'How much error budget is left?', [
      [show.stat(name, 4) for name in ['availability_now', 'budget_now', 'burn_now', 'exhaustion', 'failed', 'active']],
      [show.lines(name, 12) for name in ['budget', 'burn']],
      [show.lines(name, 12) for name in ['latency_budget', 'latency_burn']],
    ]),
    row.open(922, 'How much fails?', [
      [show.lines('error_rate', 12), show.stacked('classes', 12)],
      [show.lines('availability', 8), show.timeline('uptime', 8), show.table('windows', 8)],
    ]),
    row.open(923, 'Where do errors come from?', [
      [show.lines('endpoint_rate', 12), show.ranking('by_endpoint', 12)],
      [show.ranking(name, 12) for name in ['by_region', 'by_class']],
    ]),
    row.open(924, 'What happened, and how long did it take?', [
      [show.stat(name, 6) for name in ['count', 'firing', 'detect', 'resolve']],
      [show.timeline('timeline', 24)],
      [show.table('table', 24)],
    ]),
  ])
