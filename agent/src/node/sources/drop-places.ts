import { mkdir, open, readdir, rename, stat, lstat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { messageOf } from '@plumbline/shared/errors';
import { NodeAgentError } from '../errors.ts';

/** A file that lies in the drop folder, with what shows whether it is still being written. */
export interface Dropped {
  name: string;
  /** Changes with every write. */
  version: string;
}

/** The drop folder and the four below it; nobody else knows the names in it. */
export interface DropPlaces {
  /** What lies there to be taken, by name. */
  dropped(): Promise<Dropped[]>;
  /** What was taken and is not finished. */
  taken(): Promise<string[]>;
  /** A name for this file that nothing here has. */
  freeName(name: string): Promise<string>;
  /** Moves a file to where it is worked on. */
  take(name: string, as: string): Promise<void>;
  input(name: string): string;
  part(name: string): string;
  errorsPart(name: string): string;
  result(name: string): string;
  errors(name: string): string;
  archive(name: string, to: 'done' | 'failed'): string;
}

const INPUTS = /\.(?:csv|ndjson|jsonl)$/i;
/** Names that say: not ready. */
const UNREADY = /^\.|\.(?:part|partial|tmp)$/i;
const ENDINGS = { part: '.answers', errors: '.errors' };

/** @throws NodeAgentError `config_invalid` naming `dropFolder` */
export async function openDropPlaces(folder: string): Promise<DropPlaces> {
  const [work, out, done, failed] = ['work', 'out', 'done', 'failed'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const one of [folder, work, out, done, failed]) await makeFolder(one);
  const places: DropPlaces = {
    async dropped() {
      const found: Dropped[] = [];
      for (const name of (await readdir(folder)).toSorted()) {
        if (!INPUTS.test(name) || UNREADY.test(name)) continue;
        // A link could lead anywhere; a file may be gone by now.
        const status = await lstat(join(folder, name), { bigint: true }).catch(() => undefined);
        if (status?.isFile()) found.push({ name, version: `${status.ino} ${status.size} ${status.mtimeNs}` });
      }
      return found;
    },
    taken: async () => (await readdir(work)).filter((name) => INPUTS.test(name)).toSorted(),
    freeName: (name) =>
      freeName(name, (one) => [places.input(one), places.result(one), join(done, one), join(failed, one)]),
    take: (name, as) => moveDurably(join(folder, name), places.input(as)),
    input: (name) => join(work, name),
    part: (name) => join(work, name + ENDINGS.part),
    errorsPart: (name) => join(work, name + ENDINGS.errors),
    result: (name) => join(out, `${name}.predictions.ndjson`),
    errors: (name) => join(failed, `${name}.errors.ndjson`),
    archive: (name, to) => join(to === 'done' ? done : failed, name),
  };
  return places;
}

/** `today.csv`, then `today~2.csv`: results of yesterday are not written over. */
async function freeName(name: string, places: (name: string) => string[]): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${stem}~${n}${ext}`;
    const taken = await Promise.all(places(candidate).map(exists));
    if (!taken.includes(true)) return candidate;
  }
}

/** The new name survives a power cut, and the old one does not come back. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  for (const folder of new Set([dirname(to), dirname(from)])) await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o770 });
  } catch (cause) {
    throw new NodeAgentError('config_invalid', `dropFolder: ${folder}: ${messageOf(cause)}`, {
      field: 'dropFolder',
      expected: 'a folder this user may write',
      cause,
    });
  }
}
