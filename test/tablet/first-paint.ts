import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const DIST = join(import.meta.dirname, '../../agent/tablet/dist');

/** Scripts that a page loads before it paints: its HTML names all of them. */
export async function firstPaintScripts(): Promise<string[]> {
  const index = await readFile(join(DIST, 'index.html'), 'utf8');
  return [...index.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
}

export async function textOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => readFile(join(DIST, path), 'utf8')))).join('');
}

/** As they travel. */
export async function pressedBytes(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(DIST, `${path}.br`))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
