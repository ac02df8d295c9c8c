// Legends: none for one series, a list for a few, a sorted table for many.
{
  one: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: false },
  few: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
  many: {
    calcs: ['lastNotNull', 'max'],
    displayMode: 'table',
    placement: 'bottom',
    showLegend: true,
    sortBy: 'Max',
    sortDesc: true,
  },
}
