// The states of a state timeline. Merging is code of the panel, which is not on npm: written here
// in a few lines, with Grafana's own thresholds and formats.
import { formattedValueToString, getActiveThreshold, getValueFormat } from '@grafana/data';

const range = (steps, at, unit) => {
  const format = (value) => formattedValueToString(getValueFormat(unit)(value));
  const below = at === 0 && steps.length > 1;
  return below ? `< ${format(steps[1].value)}` : `${format(steps[at].value)}+`;
};

/** Return the text and the colour of each value: of its range, where such are merged. */
export const states = (field, { mergeValues = true }, theme) => {
  const { color, thresholds, unit } = field.config;
  const ranges = mergeValues && color?.mode === 'thresholds' && thresholds?.mode === 'absolute';
  return field.values.map((value) => {
    const shown = field.display(value);
    if (!ranges || value === null || Number.isNaN(value)) {
      return { text: formattedValueToString(shown), color: shown.color ?? '' };
    }
    const step = getActiveThreshold(value, thresholds.steps);
    const text = range(thresholds.steps, thresholds.steps.indexOf(step), unit);
    return { text, color: theme.visualization.getColorByName(step.color) };
  });
};
