// What a panel shows: its answers through Grafana's naming, transformations, overrides and displays.
import { applyFieldOverrides, createTheme, fieldReducers, formattedValueToString, getFieldDisplayName, getFieldDisplayValues, getFieldSeriesColor, reduceField, standardTransformers, standardTransformersRegistry, transformDataFrame } from '@grafana/data';
// The package exports only its editors; this is how frames are named.
import { transformV2 } from './node_modules/@grafana/prometheus/dist/esm/result_transformer.mjs';
import { frames } from './answers.mjs';
import { configuration, registry } from './options.mjs';
import { states } from './timeline.mjs';

export const THEME = createTheme({ colors: { mode: 'dark' } });
const NUMBER = 'number';
const ALIASES = { joinByField: ['seriesToColumns'] };

standardTransformersRegistry.setInit(() =>
  // Some of them stand there under two names.
  [...new Set(Object.values(standardTransformers))].map((transformation) => {
    const { id, name } = transformation;
    return { id, name, aliasIds: ALIASES[id], transformation };
  }));

// Each data source hears of its own queries only, so that it names by them alone.
const named = (queries) => {
  const sources = [...new Set(queries.map(({ source }) => source))];
  return sources.flatMap((source) => {
    const targets = queries.filter((query) => query.source === source);
    return transformV2({ data: targets.flatMap(frames) }, { targets }, {}).data;
  });
};

const transformed = (data, steps = []) => {
  let found = data;
  transformDataFrame(steps, data).subscribe((after) => { found = after; });
  return found;
};

const shown = (display) => ({ text: formattedValueToString(display), color: display.color ?? '' });

const column = (field, frame, all, { type, options = {} }) => {
  const calcs = options.legend?.calcs ?? [];
  const reduced = calcs.length ? reduceField({ field, reducers: calcs }) : {};
  return {
    name: getFieldDisplayName(field, frame, all),
    type: field.type,
    hidden: Boolean(field.config.custom?.hideFrom?.viz ?? field.config.custom?.hidden),
    color: field.type === NUMBER ? getFieldSeriesColor(field, THEME).color : '',
    cells: type === 'state-timeline' && field.type === NUMBER
      ? states(field, options, THEME)
      : field.values.map((value) => shown(field.display(value))),
    values: field.values.map((value) => (typeof value === NUMBER && !Number.isFinite(value) ? `${value}` : value)),
    calcs: calcs.map((calc) => ({
      title: fieldReducers.get(calc).name,
      text: formattedValueToString(field.display(reduced[calc])),
    })),
  };
};

/** Return frames with columns and cells, and the figures of a stat, a gauge or a bar gauge. */
export const panel = ({ panel: body, queries }) => {
  const fieldConfig = configuration(body);
  const data = applyFieldOverrides({
    data: transformed(named(queries), body.transformations),
    fieldConfig,
    fieldConfigRegistry: registry(fieldConfig),
    replaceVariables: (text) => text,
    theme: THEME,
    timeZone: 'utc',
  });
  const { reduceOptions } = body.options ?? {};
  const figures = reduceOptions
    ? getFieldDisplayValues({ data, fieldConfig, reduceOptions, replaceVariables: (text) => text, theme: THEME, timeZone: 'utc', sparkline: false })
    : [];
  return {
    frames: data.map((frame) => ({
      refId: frame.refId ?? '',
      columns: frame.fields.map((field) => column(field, frame, data, body)),
    })),
    figures: figures.map(({ display }) => ({ title: display.title ?? '', ...shown(display) })),
  };
};
