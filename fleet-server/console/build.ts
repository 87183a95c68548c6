import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { build } from 'vite';

const HERE = import.meta.dirname;
const STAMP = join(HERE, 'dist', '.sources');
/** What the pages are made of, besides packages, which the lock file names. */
const SOURCES = [
  'index.html',
  'vite.config.ts',
  'package.json',
  'public',
  'src',
  '../../pnpm-lock.yaml',
  '../../shared/src',
];

/** Builds the pages into `dist` where they are not already built from these very sources. */
export async function buildConsole(): Promise<void> {
  const wanted = await digest();
  const made = await readFile(STAMP, 'utf8').catch(() => '');
  if (made === wanted) return;
  await build({ configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn' });
  await press(join(HERE, 'dist'));
  await writeFile(STAMP, wanted);
}

const brotli = promisify(brotliCompress);

/** Once here instead of at every request. */
async function press(folder: string): Promise<void> {
  const files = (await filesIn(folder)).filter((path) => /\.(js|css|html|svg)$/.test(path));
  await Promise.all(files.map(async (path) => writeFile(`${path}.br`, await brotli(await readFile(path)))));
}

async function digest(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of await filesIn(join(HERE, source)))
      hash.update(path.slice(HERE.length)).update(await readFile(path));
  }
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

if (import.meta.main) await buildConsole();
