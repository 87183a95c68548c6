import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fromBase64, readMetadata, sha256Hex, startTrust, toBase64, type ImageTrust } from '@plumbline/shared/trust';
import { ApproverError } from './policy.ts';

const HOUR_MS = 3_600_000;
const bytes = z.base64();

/** What an approver has come to believe, and when it signed; the server cannot touch it. */
const memory = z.strictObject({
  v: z.literal(1),
  root: bytes,
  timestamp: bytes.optional(),
  snapshot: bytes.optional(),
  targets: bytes.optional(),
  /** Newest version of line metadata that was signed here or seen in force, by line. */
  lines: z.record(z.string(), z.number().int()),
  signedAt: z.array(z.number()),
});
type Memory = z.infer<typeof memory>;

/** The approver's own folder: its pinned root and everything that follows from it. */
export interface TrustFolder {
  readonly trust: ImageTrust;
  /** Newest version of this line's metadata that was signed here or seen in force; 0 before the first. */
  lineVersion(line: string): number;
  keepTrust(trust: ImageTrust): Promise<void>;
  keepLineVersion(line: string, version: number): Promise<void>;
  /** Signatures within the hour before `now`. */
  signedWithinHour(now: number): number;
  /** Counts one more, durably, before it is given out. */
  countSignature(now: number): Promise<void>;
}

/**
 * Opens the folder, or begins it with a root that a person brought. Once begun, another first root is refused: the chain
 * goes on from what is known.
 * @throws ApproverError `root_missing`, `root_differs`, `trust_malformed`; TrustError `wrong_root`
 */
export async function openTrustFolder(folder: string, firstRoot?: Uint8Array): Promise<TrustFolder> {
  const path = join(folder, 'trust.json');
  let kept = (await readKept(path)) ?? begin(path, firstRoot);
  let trust = readTrust(kept);
  if (firstRoot !== undefined && readMetadata(firstRoot, 'root').signed.version === trust.root.version) {
    refuseOther(path, firstRoot, trust.rootBytes);
  }
  const keep = async (next: Memory) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(path, JSON.stringify(next));
    kept = next;
  };
  await keep(kept);
  return {
    get trust() {
      return trust;
    },
    lineVersion: (line) => (Object.hasOwn(kept.lines, line) ? (kept.lines[line] ?? 0) : 0),
    async keepTrust(next) {
      const { timestamp, snapshot, targets } = next;
      await keep({
        v: 1,
        root: toBase64(next.rootBytes),
        ...(timestamp && { timestamp: toBase64(timestamp.bytes) }),
        ...(snapshot && { snapshot: toBase64(snapshot.bytes) }),
        ...(targets && { targets: toBase64(targets.bytes) }),
        lines: kept.lines,
        signedAt: kept.signedAt,
      });
      trust = next;
    },
    keepLineVersion: (line, version) => keep({ ...kept, lines: { ...kept.lines, [line]: version } }),
    signedWithinHour: (now) => kept.signedAt.filter((at) => at > now - HOUR_MS).length,
    countSignature: (now) => keep({ ...kept, signedAt: [...kept.signedAt.filter((at) => at > now - HOUR_MS), now] }),
  };
}

function begin(path: string, firstRoot: Uint8Array | undefined): Memory {
  if (firstRoot !== undefined) return { v: 1, root: toBase64(firstRoot), lines: {}, signedAt: [] };
  throw new ApproverError('root_missing', `${path}: this approver knows no root yet`, {
    kind: 'not-found',
    field: 'root',
    expected: '--root FILE once, with the root of the fleet as its makers gave it out',
  });
}

/** Verified when it was written; only read here. */
function readTrust({ root, timestamp, snapshot, targets }: Memory): ImageTrust {
  return {
    ...startTrust(fromBase64(root)),
    ...(timestamp && { timestamp: held(timestamp, 'timestamp') }),
    ...(snapshot && { snapshot: held(snapshot, 'snapshot') }),
    ...(targets && { targets: held(targets, 'targets') }),
  };
}

function held<Role extends 'timestamp' | 'snapshot' | 'targets'>(text: string, role: Role) {
  const document = fromBase64(text);
  return { bytes: document, signed: readMetadata(document, role).signed };
}

function refuseOther(path: string, given: Uint8Array, known: Uint8Array): void {
  if (sha256Hex(given) === sha256Hex(known)) return;
  throw new ApproverError('root_differs', `${path}: this approver belongs to another root`, {
    kind: 'refused',
    field: 'root',
    expected: sha256Hex(known),
  });
}

async function readKept(path: string): Promise<Memory | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = memory.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ApproverError('trust_malformed', `${path}: not what an approver keeps`, {
    kind: 'refused',
    field: path,
    expected: 'the file as it was, or an empty folder and --root FILE',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, also when the machine stops in between. */
async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
