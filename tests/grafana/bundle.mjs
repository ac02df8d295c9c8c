// Writes one script of Grafana's packages and ours: node cannot load them as they are, for bundlers.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
// As much of a browser as Grafana's code looks for while it is loaded.
const PAGE = `globalThis.window = { grafanaBootData: { settings: { featureToggles: {} } } };
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };`;
// What only a page in a browser needs.
const ABSENT = /^(@grafana\/runtime|date-fns|history|ol|react-dom|react-use)(\/|$)/;

const replacing = {
  name: 'replacing',
  setup(bundle) {
    bundle.onResolve({ filter: /^@grafana\/i18n$/ }, () => ({ path: beside('translations.mjs') }));
    bundle.onResolve({ filter: ABSENT }, ({ path }) => ({ path, namespace: 'absent' }));
    bundle.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {}' }));
  },
};

await build({
  entryPoints: [beside('main.mjs')],
  outfile: beside('node_modules/.ion/main.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  banner: { js: PAGE },
  logLevel: 'error',
  plugins: [replacing],
});
