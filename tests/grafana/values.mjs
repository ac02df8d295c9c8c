// Single values through Grafana's formats and reducers, for what no board shows just now.
import { FieldType, createTheme, formattedValueToString, getDisplayProcessor, reduceField } from '@grafana/data';
import { THEME } from './panel.mjs';
import { configuration } from './options.mjs';

const KINDS = { number: FieldType.number, string: FieldType.string, other: FieldType.other };
const read = (value) => ({ NaN, Infinity, '-Infinity': -Infinity })[value] ?? value;

/** Return the text and the colour of a value under a configuration of its field. */
export const display = ({ type, config, value }) => {
  const { defaults } = configuration({ type: 'stat', fieldConfig: { defaults: config } });
  const field = { name: 'field', type: KINDS[type], config: defaults, values: [read(value)] };
  const found = getDisplayProcessor({ field, theme: THEME, timeZone: 'utc' })(type === 'string' ? value : read(value));
  return { text: formattedValueToString(found), color: found.color ?? '' };
};

/** Return one figure of a series. */
export const reduced = ({ calc, values }) => {
  const field = { name: 'field', type: FieldType.number, config: {}, values: values.map(read) };
  const found = reduceField({ field, reducers: [calc] })[calc];
  return typeof found === 'number' && !Number.isFinite(found) ? null : found ?? null;
};

/** Return the colours that series take in turn, as a dark page has them. */
export const palette = () => THEME.visualization.palette.map((name) => THEME.visualization.getColorByName(name));

/** Return the colour that a name has on a page. */
export const named = ({ color, mode }) => createTheme({ colors: { mode } }).visualization.getColorByName(color);
