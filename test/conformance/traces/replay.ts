import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { equalBytes } from '@plumbline/shared/trust';
import { initMetadataFolder } from '../client/metadata-folder.ts';
import { downloadTarget, refreshFolder } from '../client/update.ts';
import type { TraceStep, Traces } from './read-traces.ts';
import { recordedFiles } from './recorded-files.ts';

/**
 * Replays the calls of one recorded test in a folder of its own.
 * @yields per call what differs from the record: the answer, the trust store afterwards, or the artifacts
 */
export async function* replay(steps: readonly TraceStep[], traces: Traces): AsyncIterable<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-tuf-'));
  const dirs = { metadata: join(folder, 'metadata'), target: join(folder, 'targets') };
  try {
    for (const step of steps) {
      const refusal = await perform(step, traces, dirs).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      yield (
        [answer(step, refusal), await trustStore(step, dirs.metadata), await artifacts(step, traces, dirs.target)]
          .filter((difference) => difference !== undefined)
          .join('; ') || undefined
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Dirs = Record<'metadata' | 'target', string>;

async function perform(step: TraceStep, traces: Traces, dirs: Dirs): Promise<void> {
  const input = { metadataDir: dirs.metadata, files: recordedFiles(step, traces), now: Date.parse(step.now) };
  if (step.cmd === 'init') return initMetadataFolder(dirs.metadata, traces.bytesOf(step.root ?? ''));
  if (step.cmd === 'refresh') return void (await refreshFolder(input));
  for (const name of step.names ?? []) await downloadTarget({ ...input, targetDir: dirs.target }, name);
}

function answer(step: TraceStep, refusal: string | undefined): string | undefined {
  if ((step.exit === 0) === (refusal === undefined)) return undefined;
  return refusal === undefined ? 'accepted, should be refused' : `refused (${refusal}), should be accepted`;
}

async function trustStore(step: TraceStep, folder: string): Promise<string | undefined> {
  const versions: Record<string, number> = {};
  for (const name of (await readdir(folder)).toSorted()) {
    versions[name] = JSON.parse(await readFile(join(folder, name), 'utf8')).signed.version;
  }
  const expected = Object.fromEntries(Object.entries(step.trusted).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const [found, recorded] = [JSON.stringify(versions), JSON.stringify(expected)];
  return found === recorded ? undefined : `trust store ${found}, recorded ${recorded}`;
}

async function artifacts(step: TraceStep, traces: Traces, folder: string): Promise<string | undefined> {
  for (const { name, blob } of step.targets ?? []) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined || !equalBytes(bytes, traces.bytesOf(blob))) return `artifact ${name} differs`;
  }
  return undefined;
}
