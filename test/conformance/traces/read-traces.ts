import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fromBase64 } from '@plumbline/shared/trust';

const blob = z.string();

const step = z.object({
  cmd: z.enum(['init', 'refresh', 'download']),
  /** The client's clock. */
  now: z.iso.datetime(),
  /** Expected status: 0 accepts, anything else refuses. */
  exit: z.number().int(),
  /** Versions in the trust store afterwards, by file name. */
  trusted: z.record(z.string(), z.number().int()),
  root: blob.optional(),
  names: z.array(z.string()).optional(),
  /** Artifacts in the client's folder afterwards. */
  targets: z.array(z.object({ name: z.string(), blob })).optional(),
  /** What the repository offers during the call: published versions by role, or plain files. */
  repo: z.object({ md: z.record(z.string(), z.array(blob)), artifacts: z.record(z.string(), blob) }).optional(),
  static: z.record(z.string(), blob).optional(),
});

const recording = z.object({
  pool: z.record(z.string(), z.string()),
  tests: z.array(z.object({ name: z.string(), steps: z.array(step) })),
});

export type TraceStep = z.infer<typeof step>;

export interface Traces {
  tests: { name: string; steps: TraceStep[] }[];
  /** @throws when the recording has no such blob */
  bytesOf(blob: string): Uint8Array;
}

/** Recorded calls of a client that passes theupdateframework/tuf-conformance, with everything it was offered. */
export async function readTraces(path: string): Promise<Traces> {
  const { pool, tests } = recording.parse(JSON.parse(await readFile(path, 'utf8')));
  return {
    tests,
    bytesOf(name) {
      const text = pool[name];
      if (text === undefined) throw new Error(`no blob ${name} in the recording`);
      return fromBase64(text);
    },
  };
}
