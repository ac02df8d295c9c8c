// The options of fields that overrides and defaults may set, as Grafana's panels register them.
import { FieldConfigOptionsRegistry, dataLinksOverrideProcessor, displayNameOverrideProcessor, identityOverrideProcessor, numberOverrideProcessor, stringOverrideProcessor, thresholdsOverrideProcessor, unitOverrideProcessor, valueMappingsOverrideProcessor } from '@grafana/data';

const STANDARD = {
  color: identityOverrideProcessor,
  decimals: numberOverrideProcessor,
  description: stringOverrideProcessor,
  displayName: displayNameOverrideProcessor,
  fieldMinMax: identityOverrideProcessor,
  filterable: identityOverrideProcessor,
  links: dataLinksOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  max: numberOverrideProcessor,
  min: numberOverrideProcessor,
  noValue: stringOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  unit: unitOverrideProcessor,
};
const BY_VALUE = { mode: 'thresholds' };
const COLORS = { bargauge: BY_VALUE, gauge: BY_VALUE, stat: BY_VALUE, table: BY_VALUE, 'state-timeline': { mode: 'continuous-GrYlRd' } };
const LIMITS = { mode: 'absolute', steps: [{ value: null, color: 'green' }, { value: 80, color: 'red' }] };

const item = (id, process, isCustom = false) => ({
  id: isCustom ? `custom.${id}` : id,
  path: id,
  name: id,
  isCustom,
  process,
  shouldApply: () => true,
  settings: {},
});

/** Return what a panel's overrides may set: what all panels have, and styles that it names. */
export const registry = ({ defaults, overrides }) => {
  const styles = new Set(Object.keys(defaults.custom ?? {}));
  for (const { id } of overrides.flatMap(({ properties }) => properties)) {
    if (id.startsWith('custom.')) styles.add(id.slice('custom.'.length));
  }
  return new FieldConfigOptionsRegistry(() => [
    ...Object.entries(STANDARD).map(([id, process]) => item(id, process)),
    ...[...styles].map((id) => item(id, identityOverrideProcessor, true)),
  ]);
};

// The first step has no lower end; JSON has null for it.
const fromBelow = (limits) => ({
  ...limits,
  steps: (limits?.steps ?? []).map((step, at) => (at ? step : { ...step, value: -Infinity })),
});

/** Return a panel's configuration of fields with the defaults of its kind, as Grafana loads it. */
export const configuration = ({ type, fieldConfig = {} }) => {
  const { defaults = {}, overrides = [] } = fieldConfig;
  return {
    defaults: {
      mappings: [],
      color: COLORS[type] ?? { mode: 'palette-classic' },
      ...defaults,
      thresholds: fromBelow(defaults.thresholds ?? LIMITS),
    },
    overrides: overrides.map((override) => ({
      ...override,
      properties: override.properties.map((one) =>
        one.id === 'thresholds' ? { ...one, value: fromBelow(one.value) } : one),
    })),
  };
};
