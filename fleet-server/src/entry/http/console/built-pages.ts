import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Where `npm run -s build:console` puts the pages. */
export const CONSOLE_FOLDER = join(import.meta.dirname, '../../../../console/dist');

export interface PageFile {
  bytes: Uint8Array<ArrayBuffer>;
  brotli: Uint8Array<ArrayBuffer> | undefined;
  type: string;
  /** Named by its content: it never changes. */
  isForever: boolean;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Every file of a build by its path, such as `/assets/index-B2x.js`; empty where it was not built. */
export async function readPages(folder: string): Promise<Map<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pages = new Map<string, PageFile>();
  for (const path of paths) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const name = path.slice(folder.length).replaceAll('\\', '/');
    const brotli = paths.includes(`${path}.br`) ? new Uint8Array(await readFile(`${path}.br`)) : undefined;
    pages.set(name, {
      bytes: new Uint8Array(await readFile(path)),
      brotli,
      type,
      isForever: name.startsWith('/assets/'),
    });
  }
  return pages;
}
