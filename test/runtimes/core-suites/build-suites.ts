import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { ROOT } from './select-suites.ts';

const ENTRY = 'virtual:core-suites';
const PAGE = fileURLToPath(new URL('run-in-page.ts', import.meta.url));

/**
 * Bundles the suites as they are with the real Vitest: one module a suite, so that one that fails to load fails alone.
 * Refuses anything that wants Node.
 *
 * @returns files by name; `page.js`, in a page or in a worker, runs the suites at once and posts what came of it to the
 *   server it came from
 */
export async function buildSuites(suites: readonly string[]): Promise<Map<string, string | Uint8Array>> {
  const importers = suites.map((suite) => `${JSON.stringify(suite)}: () => import(${JSON.stringify(ROOT + suite)})`);
  const entry: Plugin = {
    name: 'core-suites',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source === ENTRY) return `\0${ENTRY}`;
      if (source.startsWith('node:')) throw new Error(`${importer} imports ${source}: it cannot run in a browser`);
      return undefined;
    },
    load: (id) =>
      id === `\0${ENTRY}`
        ? `import { postOutcomes } from ${JSON.stringify(PAGE)};
           postOutcomes({${importers.join(',\n')}});`
        : undefined,
  };
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    root: ROOT,
    plugins: [entry],
    // A package manager may keep several copies; the suites and their runner have to meet in one.
    resolve: { dedupe: ['vitest'] },
    worker: { format: 'es' },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      rollupOptions: { input: { page: ENTRY }, output: { entryFileNames: '[name].js' } },
    },
  });
  const output = Array.isArray(built) ? built.flatMap((one) => one.output) : 'output' in built ? built.output : [];
  return new Map(output.map((part) => [part.fileName, part.type === 'chunk' ? part.code : part.source]));
}
