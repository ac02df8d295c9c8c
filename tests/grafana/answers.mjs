// Frames as Grafana's server makes them of Prometheus' answers. That half is written in Go, and is
// not on npm: one frame a series, named by its legend; one without fields where nothing was found.

const LEGEND = /\{\{\s*(.+?)\s*\}\}/g;

const selector = (labels) => {
  const { __name__: metric = '', ...others } = labels;
  const pairs = Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length || !metric ? `${metric}{${pairs.sort().join(', ')}}` : metric;
};

const legend = (query, labels) => {
  let name = selector(labels);
  if (query.legendFormat === '__auto') {
    name = Object.keys(labels).length ? '' : name;
  } else if (query.legendFormat) {
    name = query.legendFormat.replace(LEGEND, (_, label) => labels[label] ?? '');
  }
  return name === '{}' ? query.expr : name;
};

const number = (text) => ({ '+Inf': Infinity, '-Inf': -Infinity })[text] ?? Number(text);

const series = (query, { metric = {}, value, values }) => {
  const points = values ?? [value];
  const name = legend(query, metric);
  return {
    refId: query.refId,
    meta: { type: query.instant ? 'numeric-multi' : 'timeseries-multi', typeVersion: [0, 1] },
    length: points.length,
    fields: [
      { name: 'Time', type: 'time', config: {}, values: points.map(([at]) => Math.round(at * 1000)) },
      {
        name: metric.__name__ ?? 'Value',
        type: 'number',
        labels: metric,
        config: name ? { displayNameFromDS: name } : {},
        values: points.map(([, text]) => number(text)),
      },
    ],
  };
};

/** Return the frames of a query's answer. */
export const frames = (query) => {
  const { resultType, result } = query.answer;
  const found = resultType === 'scalar' ? [{ metric: {}, value: result }] : result;
  return found.length
    ? found.map((one) => series(query, one))
    : [{ refId: query.refId, meta: {}, length: 0, fields: [] }];
};
