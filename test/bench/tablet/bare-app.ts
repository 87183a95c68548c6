import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { serveFiles, type ServedFiles } from '../../browser/serve-files.ts';

/** Painted as soon as a page can be; the classes are those that the app is looked at by. */
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Bare</title><p class="risk-number">50%</p>' +
  '<script type="module" src="/bare.js"></script>';

/** An empty page that paints a number and asks ONNX Runtime one question of this model: no storage, no worker, no checks. */
export async function serveBare(model: Uint8Array): Promise<ServedFiles> {
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rollupOptions: {
        input: { bare: fileURLToPath(new URL('../../../agent/packaging/bare-tablet.ts', import.meta.url)) },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const output = Array.isArray(built) ? built.flatMap((one) => one.output) : 'output' in built ? built.output : [];
  const files = output.map((part) => [part.fileName, part.type === 'chunk' ? part.code : part.source] as const);
  return serveFiles(new Map([['index.html', PAGE], ['model.onnx', model], ...files]));
}
