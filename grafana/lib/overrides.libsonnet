// What is special about some of a panel's series or columns.
local tokens = import 'tokens.libsonnet';

local property(id, value) = { id: id, value: value };
local fixed(colour) = property('color', { fixedColor: colour, mode: 'fixed' });
local dashed = property('custom.lineStyle', { dash: tokens.line.dash, fill: 'dash' });

local styles = {
  unknown: [
    fixed(tokens.colours.past),
    property('mappings', [{ options: { '-1': { color: tokens.colours.past, index: 0, text: 'no data' } }, type: 'value' }]),
  ],
  past: [fixed(tokens.colours.past), dashed, property('custom.lineWidth', 1), property('custom.fillOpacity', 0)],
  whole: [fixed(tokens.colours.plain), property('custom.lineWidth', 1), property('custom.fillOpacity', 0)],
  limit: [fixed(tokens.colours.limit), dashed, property('custom.fillOpacity', 0)],
  upper: [
    fixed(tokens.colours.band),
    property('custom.lineWidth', 0),
    property('custom.hideFrom', { legend: true, tooltip: false, viz: false }),
  ],
  lower: [
    fixed(tokens.colours.band),
    property('custom.lineWidth', 0),
    property('custom.hideFrom', { legend: true, tooltip: false, viz: false }),
  ],
  anomaly: [
    fixed(tokens.colours.anomaly),
    property('custom.drawStyle', 'points'),
    property('custom.showPoints', 'always'),
    property('custom.pointSize', 7),
    property('custom.hideFrom', { legend: true, tooltip: false, viz: false }),
  ],
};

{
  by_query(ref, properties): { matcher: { id: 'byFrameRefID', options: ref }, properties: properties },
  by_name(name, properties): { matcher: { id: 'byName', options: name }, properties: properties },

  // Of each query with a style or a colour of its own. Where the panel has no colour, a query of one
  // series takes the colour of its position.
  of_targets(targets, colour): [
    $.by_query(targets[i].refId, properties)
    for i in std.range(0, std.length(targets) - 1)
    for properties in [
      (if targets[i].style == '' then [] else styles[targets[i].style])
      + (if targets[i].colour != '' then [fixed((tokens.severities + tokens.colours)[targets[i].colour])]
         else if colour == '' && $.single(targets[i]) then [fixed(tokens.series[i % std.length(tokens.series)])]
         else []),
    ]
    if std.length(properties) > 0
  ],

  single(target): target.style == '' && std.length(target.labels) == 0,

  // The area between the bounds of a band, in the colour of its region or cache. Grafana finds the
  // lower bound by name, so only names of the settings can have an area.
  bands(targets, regions, caches): [
    override
    for target in targets
    if target.style == 'upper'
    for colours in [if std.startsWith(target.legend, '{{region}}') then regions else caches]
    for name in std.objectFields(colours)
    for override in [
      $.by_name(name + ' above', [
        fixed(colours[name]),
        property('custom.fillBelowTo', name + ' below'),
        property('custom.fillOpacity', tokens.line.band),
      ]),
      $.by_name(name + ' below', [fixed(colours[name])]),
    ]
  ],

  // Of known names, such as regions, on every series that has one of them.
  of_names(names): [$.by_name(name, [fixed(names[name])]) for name in std.objectFields(names)],

  filled(found): [override for override in found if std.length(override.properties) > 0],

  column(column): $.by_name(
    column.title,
    (if column.unit == '' then [] else [property('unit', column.unit)])
    + (if column.decimals == null then [] else [property('decimals', column.decimals)])
    + (if column.width == null then [] else [property('custom.width', column.width)])
    + (if column.empty == '' then [] else [property('noValue', column.empty)])
    + (if column.cell == '' then [] else [property('custom.cellOptions', $.cells[column.cell])])
    + (if std.length(column.mappings) == 0 && column.empty == '' then []
       else [property('mappings', $.mappings(column.mappings) + $.absent(column.empty, std.length(column.mappings)))])
    + (if column.steps == null then [] else [property('thresholds', column.steps)])
    + (if std.length(column.links) == 0 then [] else [property('links', column.links)])
  ),

  // Values that are shown as words.
  mappings(found): std.mapWithIndex(
    function(i, mapping) {
      options: {
        [mapping.value]: {
          color: (tokens.severities + tokens.colours)[mapping.colour],
          index: i,
          text: mapping.text,
        },
      },
      type: 'value',
    },
    found
  ),

  // The text of a value that is missing, in the colour of plain text: without it Grafana paints the
  // text as it would paint a value below all thresholds.
  absent(text, index): if text == '' then [] else [{
    options: { match: 'null+nan', result: { color: tokens.colours.plain, index: index, text: text } },
    type: 'special',
  }],

  cells: {
    text: { type: 'color-text' },
    background: { mode: 'basic', type: 'color-background' },
  },
}
