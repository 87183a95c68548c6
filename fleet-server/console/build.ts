import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { build } from 'vite';

const HERE = import.meta.dirname;
const STAMP = join(HERE, 'dist', '.sources');
/** Outside of `dist`, which a build empties. */
const TURN = join(HERE, 'node_modules', '.building-console');
const LONGEST_BUILD_MS = 120_000;
const LOOK_MS = 100;
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
  if (await isMade()) return;
  await alone(async () => {
    // Whoever had the turn before may have made it.
    if (await isMade()) return;
    const wanted = await digest();
    await build({ configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn' });
    await press(join(HERE, 'dist'));
    await writeFile(STAMP, wanted);
  });
}

async function isMade(): Promise<boolean> {
  return (await digest()) === (await readFile(STAMP, 'utf8').catch(() => ''));
}

/** Tests in several processes want it at once: one of them builds, the others wait. A turn that was left by a crash ends. */
async function alone(does: () => Promise<void>): Promise<void> {
  while (!(await takeTurn())) {
    const { mtimeMs } = await stat(TURN).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LONGEST_BUILD_MS) await rm(TURN, { recursive: true, force: true });
    await setTimeout(LOOK_MS);
  }
  try {
    await does();
  } finally {
    await rm(TURN, { recursive: true, force: true });
  }
}

async function takeTurn(): Promise<boolean> {
  try {
    await mkdir(TURN);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
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
