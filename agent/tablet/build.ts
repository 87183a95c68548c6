import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build } from 'vite';
import { buildHashOf, integrityOf, sealPage, type Integrity } from './packaging/seal-page.ts';

const HERE = import.meta.dirname;
const DIST = join(HERE, 'dist');
const STAMP = join(DIST, '.sources');
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

/**
 * Builds the app into `dist`, a folder that any web server can host, where it is not already built from these very
 * sources. `integrity.json` in it names the hash of every file: what a hosted build is compared with.
 */
export async function buildTablet(): Promise<void> {
  const wanted = await digest();
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === wanted) return;
  await asProduction(async () => {
    await build({ configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn' });
    await seal();
  });
  await press();
  await writeFile(STAMP, wanted);
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

async function seal(): Promise<void> {
  const parts = await hashes();
  const page = await readFile(join(DIST, PAGE), 'utf8');
  const buildHash = buildHashOf(parts, page);
  await writeFile(join(DIST, PAGE), sealPage(page, parts, buildHash));
  const files = await hashes();
  await buildServiceWorker({ build: buildHash, files });
  const list: Integrity = { build: buildHash, files: await hashes() };
  await writeFile(join(DIST, 'integrity.json'), `${JSON.stringify(list, null, 2)}\n`);
}

async function buildServiceWorker(precache: Integrity): Promise<void> {
  await build({
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    publicDir: false,
    define: { PLUMBLINE_FILES: JSON.stringify(precache) },
    build: {
      outDir: DIST,
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
async function hashes(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of await filesIn(DIST)) {
    found[relative(DIST, path).replaceAll('\\', '/')] = integrityOf(await readFile(path));
  }
  return found;
}

const brotli = promisify(brotliCompress);

/** Once here instead of at every request; what is large is worth the time. */
async function press(): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  const files = (await filesIn(DIST)).filter((path) => /\.(js|css|html|svg|wasm|json|webmanifest)$/.test(path));
  await Promise.all(files.map(async (path) => writeFile(`${path}.br`, await brotli(await readFile(path), { params }))));
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

if (import.meta.main) await buildTablet();
