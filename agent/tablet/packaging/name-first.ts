import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const START = /^assets\/start-[^/]*\.js$/;
const IMPORTED = /(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;

/**
 * Names in the page what its first script loads to paint, and what that needs: a browser asks for all of it with the page
 * instead of one after the other.
 * @throws where the build has nothing that paints
 */
export async function nameFirst(folder: string, paths: readonly string[], page: string): Promise<string> {
  const start = paths.find((path) => START.test(path));
  if (start === undefined) throw new Error('the build has no start-….js, which paints');
  const wanted = new Set([start]);
  for (const path of wanted) {
    const text = await readFile(join(folder, path), 'utf8');
    for (const [, file] of text.matchAll(IMPORTED)) wanted.add(`assets/${file}`);
  }
  const unnamed = [...wanted].filter((path) => !page.includes(path));
  const links = unnamed.map((path) => `    <link rel="modulepreload" crossorigin href="./${path}">\n`);
  return page.replace('  </head>', () => `${links.join('')}  </head>`);
}
