import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, sha256Hex, signAssignment, utf8, type AssignmentDocument } from '@plumbline/shared/trust';
import {
  makeDevelopmentKeys,
  openDesk,
  socketPathOf,
  startSigner,
} from '../../../fleet-server/src/supply/keys/index.ts';
import type { Desk } from '../../../fleet-server/src/supply/keys/index.ts';
import { figureOf, type Figure } from '../measure/figure.ts';
import { measurePairs } from '../measure/pairs.ts';
import { bareEd25519 } from './native-key.ts';

const DEVICES = 10_000;
const PAIRS = 7;
/** When everything of a bench is signed, ms. */
const NOW = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 24 * 3_600_000;

/** A rollout to 10,000 devices: every assignment made canonical, judged by the signer's own rule, signed and put together. */
export async function* signFigures(): AsyncGenerator<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-trust-'));
  await using world = new AsyncDisposableStack();
  world.defer(() => rm(folder, { recursive: true }));
  const keys = join(folder, 'keys');
  await makeDevelopmentKeys(keys, NOW);
  const signer = await startSigner(keys, socketPathOf(folder));
  world.defer(() => signer.close());
  const here = await openDesk(keys);
  const documents = Array.from({ length: DEVICES }, (_, i) => assignmentOf(i));
  const bodies = documents.map((document) => canonicalBytes(document));
  const sign = bareEd25519(randomBytes(32));
  const bare = () => secondsOf(async () => bodies.forEach((body) => sign(body)));
  const question = { unit: 's', against: 'bare Ed25519', by: 'ratio' } as const;
  for (const [where, desk] of [
    ['by the signer process', signer],
    ['in this process', here],
  ] as const) {
    const ours = () => secondsOf(() => signAll(documents, desk));
    yield figureOf({ ...question, name: `10,000 assignments ${where}` }, await measurePairs(PAIRS, { ours, bare }));
  }
}

/** All are asked for at once; how many are on the way together is the desk's own business. */
async function signAll(documents: readonly AssignmentDocument[], { director }: Desk): Promise<void> {
  const signed = await Promise.all(documents.map((document) => signAssignment(document, [director])));
  if (signed.length !== DEVICES) throw new RangeError('not every assignment was signed');
}

function assignmentOf(i: number): AssignmentDocument {
  const device = `gateway-${i}`;
  const sha256 = sha256Hex(utf8('bundle'));
  const payload = { codec: 'brotli', length: 180_000, sha256: sha256Hex(utf8('payload')) } as const;
  const path = 'models/delay/7/trees.plb';
  return {
    type: 'assignment',
    v: 1,
    site: `site-${i % 100}`,
    device,
    seq: 12,
    issued: NOW,
    expires: NOW + YEAR_MS,
    nonce: sha256Hex(utf8(device)).slice(0, 16),
    models: [{ model: 'delay', path, length: 400_000, sha256, releaseCounter: 7, payload }],
    settings: {},
    floors: { delay: 3 },
    timeFloor: NOW,
  };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
