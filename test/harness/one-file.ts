import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { CLI, compile } from './program.ts';

/** Machine code, and what finds its own files by where it lies. */
const LEFT_OUTSIDE = ['better-sqlite3', 'onnxruntime-node', 'onnxruntime-web', 'pino'];
const requireFrom = createRequire(CLI.plumbline);

/**
 * A program of ours as one file, compiled: what a process that is killed twenty times spends most of its life on
 * is finding a thousand files. The sources are the same, and believe to lie where they lie, so that their child
 * processes are started from the sources.
 * @returns the file, for `startProgram`
 */
export async function bundleProgram(
  bin: keyof typeof CLI,
  { folder, compiled }: { folder: string; compiled: string },
): Promise<string> {
  const outDir = join(folder, `${bin}-in-one-file`);
  // Decorators of a library want this before anything else is evaluated, whatever order the bundle has.
  const banner = `import ${JSON.stringify(pathToFileURL(requireFrom.resolve('reflect-metadata')).href)};`;
  await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'where-it-lies',
        enforce: 'pre',
        resolveId(source, importer) {
          if (importer === undefined || !LEFT_OUTSIDE.includes(source)) return null;
          return { id: pathToFileURL(createRequire(importer).resolve(source)).href, external: 'absolute' };
        },
        transform: (code, id) =>
          code.includes('import.meta.url')
            ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
            : null,
      },
    ],
    ssr: { noExternal: true },
    build: {
      ssr: CLI[bin],
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'node24',
      rollupOptions: { output: { banner, entryFileNames: 'main.mjs', codeSplitting: false } },
    },
  });
  const main = join(outDir, 'main.mjs');
  await compile(bin, compiled, main);
  return main;
}
