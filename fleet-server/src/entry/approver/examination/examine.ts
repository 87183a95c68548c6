import { z } from 'zod';
import { newestFirst, openBundle, unpackArchive, type Bundle } from '@plumbline/shared/manifest';
import type { ModelTrial } from '@plumbline/shared/predict';
import { lineKeys, sha256Hex, verifySeal, type LineMetadata, type TargetsMetadata } from '@plumbline/shared/trust';
import { digestsOf } from '../../../supply/models/index.ts';
import { ApproverError } from '../policy.ts';
import type { Client } from '../client.ts';
import { readDraft } from './draft.ts';

/** What an approver makes out for itself, from the bytes and not from what the server says of them. */
export interface Examination {
  kind: 'release';
  line: string;
  version: string;
  predecessor: string | undefined;
  origin: string;
  bundles: { path: string; sha256: string }[];
  goldenRows: number;
  /** Brier by which it may at most be worse than its predecessor; 0: it is surely better, or was never compared. */
  worseByAtMost: number;
}

const card = z.object({
  origin: z.enum(['trained', 'imported']),
  gate: z.object({ verdict: z.enum(['pass', 'refuse']) }).optional(),
  comparison: z
    .object({
      low: z.number(),
      improvement: z.number().optional(),
      champion: z.object({ auc: z.number() }).optional(),
      candidate: z.object({ auc: z.number() }).optional(),
      slices: z.array(z.object({ name: z.string(), high: z.number(), limit: z.number() })).optional(),
    })
    .optional(),
});

const TRIAL = { deadlineMs: 60_000, memoryMb: 1024 };

/**
 * Examines a draft: the builder's signature over it, every bundle in it by hash and seal, the golden rows in a trial
 * process, and the verdicts on the card.
 * @param targets as this approver has verified them itself
 * @throws ApproverError, TrustError: the reason why it is not signed.
 */
export async function examine(
  deps: { client: Pick<Client, 'bytes'>; trial: ModelTrial; targets: TargetsMetadata },
  draft: { line: string; version: string; bytes: Uint8Array },
): Promise<Examination> {
  const { line, version } = draft;
  const document = readDraft(draft.bytes, line, deps.targets);
  const targets = Object.entries(document.targets);
  const [newest, before] = newestFirst([...new Set(targets.map(([, target]) => target.custom.version))]);
  // The server names what waits; the draft itself must say that this is what it releases.
  if (newest !== version) {
    throw new ApproverError('bundle_differs', `line ${line}: the draft does not release ${version}`, {
      kind: 'refused',
      field: 'version',
      expected: newest ?? 'a draft with bundles',
    });
  }
  const added: typeof targets = [];
  const examined = new Set<string>();
  let origin = 'trained';
  let goldenRows = 0;
  let worseByAtMost = 0;
  // The predecessor is signed once more, so it is looked at once more: nothing is signed unseen.
  for (const [path, target] of targets) {
    const isAdded = target.custom.version === version;
    if (isAdded) added.push([path, target]);
    const { sha256 } = target.hashes;
    const said = `${sha256} ${target.length} ${target.custom.version} ${target.custom.variant}`;
    if (examined.has(said)) continue;
    examined.add(said);
    const bundle = await examineBundle(deps, line, path, target);
    if (!isAdded) continue;
    goldenRows += bundle.goldenRows;
    worseByAtMost = Math.max(worseByAtMost, bundle.worseByAtMost);
    if (bundle.origin === 'imported') origin = 'imported';
  }
  return {
    kind: 'release',
    line,
    version,
    predecessor: before,
    origin,
    bundles: added.map(([path, target]) => ({ path, sha256: target.hashes.sha256 })),
    goldenRows,
    worseByAtMost,
  };
}

async function examineBundle(
  deps: Parameters<typeof examine>[0],
  line: string,
  path: string,
  target: LineMetadata['targets'][string],
): Promise<{ origin: string; goldenRows: number; worseByAtMost: number }> {
  const archive = await deps.client.bytes(`/api/v1/artifacts/${target.hashes.sha256}`);
  if (sha256Hex(archive) !== target.hashes.sha256 || archive.length !== target.length) {
    throw new ApproverError('bundle_differs', `${path}: not the bytes the draft names`, {
      kind: 'refused',
      field: path,
    });
  }
  const files = unpackArchive(archive);
  verifySeal(files['model.sig'] ?? new Uint8Array(), digestsOf(files), lineKeys(deps.targets, line, 'builders'));
  const bundle = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  const { version, variant } = target.custom;
  for (const [field, expected] of Object.entries({ line, version, variant })) {
    const said = bundle.manifest[field as 'line' | 'version' | 'variant'];
    if (said === expected) continue;
    throw new ApproverError('bundle_differs', `${path}: the bundle says ${field} ${said}`, {
      kind: 'refused',
      field: `manifest.${field}`,
      expected,
    });
  }
  return { goldenRows: await runGolden(deps.trial, bundle, path), ...readCard(files['card.json'], path) };
}

async function runGolden(trial: ModelTrial, bundle: Bundle, path: string): Promise<number> {
  const rows = bundle.golden?.rows ?? [];
  const result = await trial.run({
    model: bundle.model,
    manifest: bundle.manifest,
    records: rows.map((row) => row.record),
    ...TRIAL,
  });
  if (!result.ok)
    throw new ApproverError('golden_differs', `${path}: ${result.reason}: ${result.detail}`, {
      kind: 'refused',
      field: path,
    });
  const wrong = rows.findIndex(
    // Written so that NaN is wrong too.
    (row, i) => !(Math.abs(row.score - (result.scores[i] ?? Infinity)) <= (bundle.golden?.tolerance ?? 0)),
  );
  if (wrong >= 0)
    throw new ApproverError('golden_differs', `${path}: golden row ${wrong} differs`, {
      kind: 'refused',
      field: `golden.rows.${wrong}`,
    });
  return rows.length;
}

function readCard(bytes: Uint8Array | undefined, path: string): Pick<Examination, 'origin' | 'worseByAtMost'> {
  const parsed = card.parse(JSON.parse(new TextDecoder().decode(bytes ?? new TextEncoder().encode('{}'))));
  if (parsed.origin === 'trained' && parsed.gate?.verdict !== 'pass') {
    throw new ApproverError('gate_not_passed', `${path}: the card says the quality gate was not passed`, {
      kind: 'refused',
      field: 'card.gate',
    });
  }
  const worseByAtMost = parsed.comparison === undefined ? 0 : worseOf(parsed.comparison, path);
  // By the figures and not by the card's own word on them.
  const worse = parsed.comparison?.slices?.find(({ high, limit }) => !(high <= limit));
  if (worse !== undefined) {
    throw new ApproverError('candidate_worse_in_slice', `${path}: may be worse than its predecessor in ${worse.name}`, {
      kind: 'refused',
      field: 'card.comparison.slices',
      expected: `at most ${worse.limit}`,
    });
  }
  return { origin: parsed.origin, worseByAtMost };
}

/** Surely better, or no worse by what was seen of both: then how much worse it may be is for a policy, or a person. */
function worseOf(
  { low, improvement, champion, candidate }: NonNullable<z.infer<typeof card>['comparison']>,
  path: string,
) {
  if (low > 0) return 0;
  const isNoWorse =
    improvement !== undefined && improvement >= 0 && champion !== undefined && candidate !== undefined
      ? candidate.auc >= champion.auc
      : false;
  if (isNoWorse && low < 0) return -low;
  throw new ApproverError('candidate_not_better', `${path}: not surely better than its predecessor`, {
    kind: 'refused',
    field: 'card.comparison',
  });
}
