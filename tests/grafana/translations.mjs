// Stands in for @grafana/i18n: texts stay English, as Grafana's code has them.
export const t = (id, text, values = {}) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? '');
export const formatDate = (value, options) => new Intl.DateTimeFormat('en-US', options).format(value);
export const formatDateRange = (from, to, options) => new Intl.DateTimeFormat('en-US', options).formatRange(from, to);
