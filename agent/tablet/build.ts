import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build } from 'vite';
import { alone } from './packaging/alone.ts';
import { nameFirst } from './packaging/name-first.ts';
import { buildHashOf, integrityOf, sealPage, type Integrity } from './packaging/seal-page.ts';
import { swapIn } from './packaging/swap-in.ts';

const HERE = import.meta.dirname;
const DIST = join(HERE, 'dist');
/** Where the next build grows, and who has the turn to make it: beside `dist`, on the same disk. */
const WORK = join(HERE, 'node_modules', '.building');
const STAMP = '.sources';
const PAGE = 'index.html';
const SERVICE_WORKER = 'service-worker.js';
/** What the app is made of, besides packages, which the lock file names. */
const SOURCES = [
  PAGE,
  'vite.config.ts',
  'build.ts',
  'package.json',
  'packaging',
  'public',
  'src',
  '../../pnpm-lock.yaml',
  '../src',
  '../../shared/src',
  '../../firmware-profiles/src',
  '../../firmware-profiles/profiles',
  '../../firmware-profiles/templates',
];

/** No part of the app, though they lie among its sources. */
const NOT_OF_IT = /\.test\.ts$|[\\/]agent[\\/]src[\\/]node[\\/]/;

/**
 * Builds the app into `dist`, a folder that any web server can host, where it is not already built from these very
 * sources. `integrity.json` in it names the hash of every file: what a hosted build is compared with. A build is put in
 * place when it is whole: a server that gives the one before never gives half of the next.
 */
export async function buildTablet(): Promise<void> {
  if (await isMade()) return;
  await mkdir(WORK, { recursive: true });
  await alone(join(WORK, 'turn'), async () => {
    // Whoever had the turn before may have made it.
    if (await isMade()) return;
    const wanted = await digest();
    const fresh = join(WORK, 'fresh');
    await asProduction(async () => {
      await build({
        configFile: join(HERE, 'vite.config.ts'),
        logLevel: 'warn',
        build: { outDir: fresh, emptyOutDir: true },
      });
      await seal(fresh);
    });
    await press(fresh);
    await writeFile(join(fresh, STAMP), wanted);
    await swapIn(fresh, DIST);
  });
}

async function isMade(): Promise<boolean> {
  return (await digest()) === (await readFile(join(DIST, STAMP), 'utf8').catch(() => ''));
}

/** Packages give other code to a process that says it tests or develops; the app is one and the same. */
async function asProduction(work: () => Promise<void>): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

async function seal(folder: string): Promise<void> {
  const parts = await hashes(folder);
  const page = await nameFirst(folder, Object.keys(parts), await readFile(join(folder, PAGE), 'utf8'));
  const buildHash = buildHashOf(parts, page);
  await writeFile(join(folder, PAGE), sealPage(page, parts, buildHash));
  const files = await hashes(folder);
  await buildServiceWorker(folder, { build: buildHash, files });
  const list: Integrity = { build: buildHash, files: await hashes(folder) };
  await writeFile(join(folder, 'integrity.json'), `${JSON.stringify(list, null, 2)}\n`);
}

async function buildServiceWorker(folder: string, precache: Integrity): Promise<void> {
  await build({
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    publicDir: false,
    define: { PLUMBLINE_FILES: JSON.stringify(precache) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2023',
      lib: {
        entry: join(HERE, 'src/service-worker/service-worker.ts'),
        formats: ['es'],
        fileName: () => SERVICE_WORKER,
      },
    },
  });
}

/** SHA-384 of each file of the build, by its path. */
async function hashes(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of await filesIn(folder)) {
    found[relative(folder, path).replaceAll('\\', '/')] = integrityOf(await readFile(path));
  }
  return found;
}

const brotli = promisify(brotliCompress);

/** Once here instead of at every request; what is large is worth the time. */
async function press(folder: string): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  const files = (await filesIn(folder)).filter((path) => /\.(js|css|html|svg|wasm|json|webmanifest)$/.test(path));
  await Promise.all(files.map(async (path) => writeFile(`${path}.br`, await brotli(await readFile(path), { params }))));
}

async function digest(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of await filesIn(join(HERE, source)))
      if (!NOT_OF_IT.test(path)) hash.update(path.slice(HERE.length)).update(await readFile(path));
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

if (import.meta.main) await buildTablet();
