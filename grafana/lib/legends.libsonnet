// Legends: none for one series, a list for a few, a sorted table for many.
local table = {
  calcs: ['lastNotNull', 'max'],
  displayMode: 'table',
  placement: 'bottom',
  showLegend: true,
  sortBy: 'Max',
  sortDesc: true,
};
local half = 12;

{
  one: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: false },
  few: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },

  // Grafana gives a table below a chart a third of its height, which is four lines at most: where
  // there is room, it is on the right; where there is not, it has one column.
  many(width): table + (if width >= half then { placement: 'right' } else { calcs: ['max'] }),
  long(width): table,

  of(series, width): if series == 'many' || series == 'long' then $[series](width) else $[series],
}
