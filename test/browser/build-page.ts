import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const pathOf = (name: string) => fileURLToPath(new URL(`page/${name}`, import.meta.url));

/** What the conformance client needs of Node is kept in memory; nothing else may want anything of it. */
const STAND_INS = ['node:fs/promises', 'node:os', 'node:path'];

const refuseNode: Plugin = {
  name: 'refuse-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source.startsWith('node:')) throw new Error(`${importer} imports ${source}: it cannot run in a browser`);
  },
};

/** Bundles `page/page.ts` with the sources as they are: one script that sets `plumbline`. */
export async function buildPage(): Promise<string> {
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    root: pathOf(''),
    plugins: [refuseNode],
    resolve: { alias: Object.fromEntries(STAND_INS.map((name) => [name, pathOf('memory-files.ts')])) },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      lib: { entry: pathOf('page.ts'), formats: ['iife'], name: 'plumbline' },
    },
  });
  const [bundle] = Array.isArray(built) ? built : [];
  const [script] = bundle?.output ?? [];
  if (script?.type !== 'chunk') throw new Error('vite made no script');
  return script.code;
}
