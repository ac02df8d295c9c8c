local board = import '../lib/board.libsonnet';
local panels = import '../lib/panels.libsonnet';
local row = import '../lib/rows.libsonnet';

function(catalog, policy)
  local show = panels(catalog, policy);
  board(catalog, [
    row.open(913, 'Which region differs?', [
      [show.table('comparison', 24) { height:: 6 }],
    ]),
    row.open(911, 'How long do requests take?', [
      [show.lines(name, 12) for name in ['p95', 'mean']],
      [show.lines('percentiles', 12), show.heatmap('heatmap', 12)],
      [show.lines('p50', 8), show.lines('p99', 8), show.ranking('slowest_regions', 8)],
    ]),
    row.open(912, 'How many requests arrive?', [
      [show.lines('throughput', 12), show.stacked('classes', 12)],
    ]),
    row.open(914, 'What differs from the weeks before?', [
      [show.lines(name, 8) for name in ['band_p95', 'band_throughput', 'band_errors']],
      [show.lines(name, 12) { height:: 11 } for name in ['scores', 'pairs']],
    ]),
    row.open(915, 'Which endpoint is slow?', [
      [show.lines('slowest', 12), show.table('endpoints', 12)],
    ]),
    row.closed(916, 'Where does a request spend its time?', [
      [show.stacked('parts', 12), show.lines('pending', 6), show.lines('startup', 6)],
    ]),
    row.closed(917, 'How does the service route?', [
      [show.lines('routing', 8), show.stacked('personas', 8), show.stacked('features', 8)],
    ]),
  ])
