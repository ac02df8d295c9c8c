// The kinds of panels. Each takes a panel of the catalog (number, title, queries, unit, limits) and
// styles it. Width and height are for the layout; hidden fields do not appear in the JSON.
local legends = import 'legends.libsonnet';
local overrides = import 'overrides.libsonnet';
local targets = import 'targets.libsonnet';
local thresholds = import 'thresholds.libsonnet';
local tokens = import 'tokens.libsonnet';

local in_order(names) = { [names[i]]: tokens.series[i % std.length(tokens.series)] for i in std.range(0, std.length(names) - 1) };

// The colours of names that a panel's legends write, where they are known.
local named(policy, panel) =
  local known = {
    region: in_order(policy.regions),
    redis_id: in_order(policy.caches),
    response_code_class: tokens.classes,
    state: tokens.states,
  };
  local written(label) = std.any([std.member(target.labels, label) for target in panel.targets]);
  std.foldl(function(found, label) found + (if written(label) then known[label] else {}), std.objectFields(known), {});

local limits_of(policy, panel) = if panel.limits == '' then [] else policy.limits[panel.limits];

local bounds(panel) =
  (if panel.min == null then {} else { min: panel.min })
  + (if panel.max == null then {} else { max: panel.max });

local soft(panel) =
  (if panel.soft_min == null then {} else { axisSoftMin: panel.soft_min })
  + (if panel.soft_max == null then {} else { axisSoftMax: panel.soft_max });

local base(kind, panel, height) =
  local queries = std.mapWithIndex(function(i, target) targets.new(target, i), panel.targets);
  {
    datasource: targets.common(panel.targets),
    description: panel.description,
    fieldConfig: {
      defaults: {
        decimals: panel.decimals,
        links: panel.data_links,
        mappings: overrides.mappings(panel.mappings),
        noValue: panel.empty,
        unit: panel.unit,
      } + bounds(panel),
      overrides: [],
    },
    height:: height,
    id: panel.number,
    links: panel.links,
    missing:: std.objectHas(panel, 'missing'),
    targets: queries,
    title: panel.title,
    transparent: false,
    type: kind,
  };

local with_refs(panel) = std.mapWithIndex(
  function(i, target) target { refId: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i] }, panel.targets
);

// The names that Grafana may give the value of a query: a datasource that answers one query of a
// table has `Value`, where it answers several `Value #A`.
local names(panel, field) =
  local asked = [t.datasource for t in with_refs(panel) if 'Value #' + t.refId == field];
  local alone = [d for d in asked if std.count([t.datasource for t in panel.targets], d) == 1];
  [field] + (if std.length(alone) == 1 then ['Value'] else []);

local lone(panel) =
  local used = [t.datasource for t in panel.targets];
  [d for d in std.set(used) if std.count(used, d) == 1];

local reduce = { calcs: ['lastNotNull'], fields: '', values: false };

// The panels of one figure or bar: what they say without data is no verdict.
local neutral(panel) = {
  fieldConfig+: {
    defaults+: { mappings+: overrides.absent(panel.empty, std.length(panel.mappings)) },
  },
};

// The panel's own colour; of a panel without one, a colour for each series.
local plain(panel) =
  if panel.colour == '' then { mode: 'palette-classic' }
  else { fixedColor: tokens.colours[panel.colour], mode: 'fixed' };

local chart(policy, panel, width, custom) =
  local limits = limits_of(policy, panel);
  base('timeseries', panel, tokens.heights.chart) {
    fieldConfig+: {
      defaults+: {
        color: plain(panel),
        custom: {
          axisBorderShow: false,
          axisCenteredZero: false,
          axisColorMode: 'text',
          axisLabel: '',
          axisPlacement: 'auto',
          barAlignment: 0,
          drawStyle: 'line',
          fillOpacity: if panel.series == 'one' then tokens.line.area else tokens.line.fill,
          gradientMode: 'none',
          hideFrom: { legend: false, tooltip: false, viz: false },
          insertNulls: false,
          lineInterpolation: 'linear',
          lineWidth: tokens.line.width,
          pointSize: 5,
          scaleDistribution: if panel.logarithmic then { log: 10, type: 'log' } else { type: 'linear' },
          showPoints: 'never',
          spanNulls: 600000,
          stacking: { group: 'A', mode: 'none' },
          thresholdsStyle: { mode: if std.length(limits) == 0 then 'off' else 'dashed' },
        } + soft(panel) + custom,
        thresholds: thresholds.lines(limits),
      },
      overrides: overrides.of_names(named(policy, panel))
                 + overrides.of_targets(with_refs(panel), panel.colour)
                 + overrides.bands(panel.targets, in_order(policy.regions), in_order(policy.caches)),
    },
    width:: width,
    options: { legend: legends.of(panel.series, width), tooltip: { mode: 'multi', sort: 'desc' } },
  };

// Panels of one catalog and policy, by their name in the catalog.
function(catalog, policy)
  local get(name) =
    if std.objectHas(catalog.panels, name) then catalog.panels[name]
    else if std.member(catalog.missing, name) then { missing: true }
    else error 'the catalog has no panel ' + name + '; add it in generators/dashboards';
  {
    // One number, of the end of the range: a line of its past would take its last point for it, which is
    // hours old in a range of weeks.
    stat(name, width): local panel = get(name);
                       assert std.objectHas(panel, 'missing') || std.all([t.instant for t in panel.targets]) : 'figure %s is no query of one moment' % panel.title;
                       base('stat', panel, tokens.heights.stat) + neutral(panel) + {
                         fieldConfig+: { defaults+: {
                           color: { mode: 'thresholds' },
                           thresholds: thresholds.steps(
                             limits_of(policy, panel),
                             tokens.colours.plain
                           ),
                         }, overrides: overrides.of_targets(with_refs(panel), 'plain') },
                         options: (if panel.series == 'one' then {} else { text: tokens.texts.stat }) + {
                           colorMode: 'value',
                           graphMode: 'none',
                           justifyMode: 'auto',
                           orientation: if panel.series == 'one' then 'auto' else 'horizontal',
                           reduceOptions: reduce,
                           textMode: if panel.series == 'one' then 'value' else 'value_and_name',
                           wideLayout: true,
                         },
                         width:: width,
                       },

    // Lines over time.
    lines(name, width): chart(policy, get(name), width, {}),

    // Areas on top of each other: parts of a whole.
    stacked(name, width): chart(policy, get(name), width, {
      fillOpacity: tokens.line.stacked,
      lineWidth: 1,
      stacking: { group: 'A', mode: 'normal' },
    }),

    // Bars: rare events.
    bars(name, width): chart(policy, get(name), width, {
      drawStyle: 'bars',
      fillOpacity: 60,
      lineWidth: 0,
      stacking: { group: 'A', mode: 'normal' },
    }),

    // Steps: values that stay until they change.
    steps(name, width): chart(policy, get(name), width, { lineInterpolation: 'stepAfter' }),

    // Horizontal bars, the longest first.
    ranking(name, width): local panel = get(name);
                          local limits = limits_of(policy, panel);
                          base('bargauge', panel, tokens.heights.chart) + neutral(panel) + {
                            fieldConfig+: {
                              defaults+: {
                                color: if std.length(limits) > 0 then { mode: 'thresholds' } else plain(panel),
                                thresholds: thresholds.steps(limits, tokens.colours.past),
                              },
                              overrides: if std.length(limits) > 0 then [] else overrides.of_names(named(policy, panel)),
                            },
                            options: {
                              displayMode: 'basic',
                              maxVizHeight: 48,
                              minVizHeight: 16,
                              minVizWidth: 8,
                              namePlacement: 'left',
                              orientation: 'horizontal',
                              reduceOptions: reduce,
                              showUnfilled: true,
                              sizing: 'manual',  // keeps to maxVizHeight
                              text: tokens.texts.ranking,
                              valueMode: 'color',
                            },
                            width:: width,
                          },

    // A row for each set of labels, a column for each value.
    table(name, width): local panel = get(name);
                        assert std.objectHas(panel, 'missing') || std.length(lone(panel)) <= 1 : 'table %s has two values of one name' % panel.title;
                        base('table', panel, tokens.heights.table) {
                          fieldConfig+: {
                            defaults+: {
                              color: { mode: 'thresholds' },
                              custom: {
                                align: 'auto',
                                cellOptions: { type: 'auto' },
                                filterable: false,
                                inspect: false,
                                minWidth: tokens.widths.column,
                              },
                              noValue: '',  // of a cell; Grafana has no text for a table without rows
                              thresholds: thresholds.steps([], tokens.colours.plain),
                            },
                            overrides: overrides.filled([
                              overrides.column(column {
                                steps: if column.limits == '' then null
                                else thresholds.steps(policy.limits[column.limits], tokens.colours.plain),
                              })
                              for column in panel.columns
                            ]),
                          },
                          options: {
                            cellHeight: 'sm',
                            footer: { countRows: false, fields: '', reducer: ['sum'], show: false },
                            showHeader: true,
                            sortBy: panel.sort,
                          },
                          transformations: [
                            { id: 'merge', options: {} },
                            {
                              id: 'organize',
                              options: {
                                excludeByName: { Time: true },
                                includeByName: {},
                                indexByName: {
                                  [key]: i
                                  for i in std.range(0, std.length(panel.columns) - 1)
                                  for key in names(panel, panel.columns[i].field)
                                },
                                renameByName: {
                                  [key]: column.title
                                  for column in panel.columns
                                  for key in names(panel, column.field)
                                },
                              },
                            },
                          ],
                          width:: width,
                        },

    // How many events fell into which bucket, over time.
    heatmap(name, width): local panel = get(name);
                          base('heatmap', panel, tokens.heights.chart) {
                            fieldConfig+: { defaults+: {
                              decimals: 0,
                              unit: 'short',
                              custom: {
                                hideFrom: { legend: false, tooltip: false, viz: false },
                                scaleDistribution: { type: 'linear' },
                              },
                            } },
                            options: {
                              calculate: false,
                              cellGap: 1,
                              cellValues: { decimals: 0, unit: 'short' },
                              color: {
                                exponent: 0.5,
                                fill: 'dark-blue',
                                mode: 'scheme',
                                reverse: false,
                                scale: 'exponential',
                                scheme: 'Blues',
                                steps: 32,
                              },
                              exemplars: { color: tokens.colours.anomaly },
                              filterValues: { le: 1e-9 },
                              legend: { show: true },
                              rowsFrame: { layout: 'auto', value: 'requests' },
                              tooltip: { mode: 'single', showColorScale: false, yHistogram: false },
                              yAxis: { axisPlacement: 'left', decimals: panel.decimals, reverse: false, unit: panel.unit },
                            },
                            width:: width,
                          },

    // States over time, a line for each series.
    timeline(name, width): local panel = get(name);
                           base('state-timeline', panel, tokens.heights.timeline) {
                             fieldConfig+: { defaults+: {
                               // With `thresholds`, Grafana merges values by threshold and forgets their words.
                               color: if std.length(panel.mappings) == 0 then { mode: 'thresholds' }
                               else { fixedColor: tokens.colours.past, mode: 'fixed' },
                               custom: {
                                 fillOpacity: 85,
                                 hideFrom: { legend: false, tooltip: false, viz: false },
                                 insertNulls: false,
                                 lineWidth: 0,
                                 spanNulls: false,
                               },
                               thresholds: thresholds.steps(limits_of(policy, panel), tokens.colours.past),
                             }, overrides: overrides.of_targets(with_refs(panel), 'plain') },
                             options: {
                               alignValue: 'left',
                               legend: legends.one,
                               mergeValues: true,
                               rowHeight: 0.8,
                               showValue: 'never',
                               tooltip: { mode: 'single', sort: 'none' },
                             },
                             width:: width,
                           },
  }
