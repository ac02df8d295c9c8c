local board = import '../lib/board.libsonnet';
local panels = import '../lib/panels.libsonnet';
local row = import '../lib/rows.libsonnet';

function(catalog, policy)
  local show = panels(catalog, policy);
  board(catalog, [
    row.open(931, 'Does the cache answer?', [
      [show.stat(name, 4) for name in ['l1_now', 'l2_now', 'up_now', 'memory_now', 'evictions_now', 'time_now']],
      [show.lines(name, 12) for name in ['l1', 'l2']],
    ]),
    row.open(932, 'Why does it miss?', [
      [show.lines(name, 12) for name in ['misses', 'evictions']],
      [show.stacked('reads', 8), show.lines('l1_misses', 8), show.lines('expired', 8)],
    ]),
    row.open(933, 'Is it within its limits?', [
      [show.lines(name, 8) for name in ['memory', 'clients', 'keys']],
    ]),
    row.open(934, 'What does it do, and how fast?', [
      [show.stacked('commands', 12), show.lines('times', 12)],
    ]),
    row.open(935, 'Is Redis healthy?', [
      [show.timeline('health', 8), show.lines('refused', 8), show.lines('blocked', 8)],
    ]),
    row.closed(936, 'What else does Redis report?', [
      [show.lines(name, 12) for name in ['fragmentation', 'network']],
      [show.lines(name, 12) for name in ['slow', 'band']],
    ]),
  ])
