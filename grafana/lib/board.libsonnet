// A dashboard in Grafana's classic schema, which 10.4 to 13 load.
local annotations = import 'annotations.libsonnet';
local layout = import 'layout.libsonnet';
local links = import 'links.libsonnet';
local variables = import 'variables.libsonnet';

// The board that the catalog describes, with these rows.
function(catalog, rows) {
  annotations: { list: [annotations.own] + [annotations.query(a) for a in catalog.annotations] },
  description: catalog.board.description,
  editable: false,
  fiscalYearStartMonth: 0,
  graphTooltip: 1,
  id: null,
  links: links.boards(catalog.others),
  liveNow: false,
  panels: layout(rows),
  refresh: catalog.board.refresh,
  schemaVersion: 39,
  tags: catalog.board.tags,
  templating: {
    list: [variables.datasource(v) for v in catalog.datasources]
          + [variables.query(v) for v in catalog.variables],
  },
  time: { from: catalog.board.from, to: 'now' },
  timepicker: {},
  timezone: 'browser',
  title: catalog.board.title,
  uid: catalog.board.uid,
  version: 1,
  weekStart: '',
}
