import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const INDEX = '<!doctype html><title>Tablet</title><script type="module" src="/page.js"></script>';

const refuseNode: Plugin = {
  name: 'refuse-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source.startsWith('node:')) throw new Error(`${importer} imports ${source}: it cannot run in a browser`);
  },
};

/**
 * Builds a page as an app is built: the page's script, its workers and the runtime as files of their own, by name.
 * @param script in `page/`
 */
export async function buildApp(script = 'page.ts'): Promise<Map<string, string | Uint8Array>> {
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('page', import.meta.url)),
    plugins: [refuseNode],
    worker: { format: 'es', plugins: () => [refuseNode] },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      rollupOptions: {
        input: { page: fileURLToPath(new URL(`page/${script}`, import.meta.url)) },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const output = Array.isArray(built) ? built.flatMap((one) => one.output) : 'output' in built ? built.output : [];
  const files = output.map((part) => [part.fileName, part.type === 'chunk' ? part.code : part.source] as const);
  return new Map([['index.html', INDEX], ...files]);
}
