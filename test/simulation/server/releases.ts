import { deflateRawSync } from 'node:zlib';
import { openBundle } from '@plumbline/shared/manifest';
import { createSigner, sha256Hex } from '@plumbline/shared/trust';
import type { RefusalReason } from '@plumbline/shared/update';
import { linearScore, type LinearModel } from '../../../agent/src/testing/linear-inference.ts';
import {
  LINE,
  mintRelease,
  mintRepository,
  reissue,
  type Release,
  type ReleaseInput,
  type Repository,
} from '../../../agent/src/testing/mint.ts';

/** How an install of a release ends on a healthy device. */
export type Ending =
  | { state: 'committed' }
  /** Never given to the predicting process. */
  | { state: 'refused'; reasons: readonly RefusalReason[] }
  /** Answers nonsense only once it serves, and is taken back. */
  | { state: 'rolled-back'; reasons: readonly RefusalReason[] };

export interface CatalogueEntry extends Release {
  name: string;
  ending: Ending;
  /** Of `model.onnx`: what the predicting process may be given. */
  modelSha256: string;
  scoreOf: (a: number, b: number) => number;
}

/** Everything that was ever published in this world, minted once and used in every seed. */
export interface Catalogue {
  releases: readonly CatalogueEntry[];
  repository: Repository;
  get(name: string): CatalogueEntry;
  /** Of a good release, its bytes under a higher counter: what a revert at night assigns. */
  byArchive(sha256: string): CatalogueEntry | undefined;
  /** A well-formed bundle of another model, sealed by a stranger: what a thief would put in the place of bytes. */
  forged: Uint8Array;
}

const COMMITTED: Ending = { state: 'committed' };
const refused = (...reasons: RefusalReason[]): Ending => ({ state: 'refused', reasons });

/** Small differences: a shadow run sees the same labels, a checker sees which model answered. */
const model = (step: number, fault?: LinearModel['fault']): LinearModel => ({
  weights: [1 + step / 1000, -2],
  bias: 0.5 + step / 1000,
  ...(fault && { fault }),
});

/** Seals as a builder would, and is none. */
const STRANGER = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(9) });
const KB = 1024;
const DEFLATED: ReleaseInput['pack'] = {
  codec: 'deflate',
  encode: (archive) => new Uint8Array(deflateRawSync(archive)),
};

/** Name, what is minted, and how it ends. Counters rise in this order, and a device goes no way back but by a ticket. */
const PLANS: readonly [string, ReleaseInput, Ending][] = [
  ['good-1', { model: model(1), paddingBytes: 100 * KB }, COMMITTED],
  ['good-2', { model: model(2), paddingBytes: 140 * KB }, COMMITTED],
  ['good-3', { model: model(3), paddingBytes: 90 * KB, pack: DEFLATED }, COMMITTED],
  ['crashing', { model: model(5, 'crash') }, refused('model_unloadable', 'self_test_failed')],
  ['hanging', { model: model(6, 'hang') }, refused('self_test_timeout')],
  ['unloadable', { model: model(7, 'load') }, refused('model_unloadable')],
  ['nan', { model: model(8, 'nan') }, refused('self_test_failed', 'model_unloadable')],
  ['off-golden', { model: model(9), goldenOffset: 0.2 }, refused('self_test_failed')],
  ['stranger-sealed', { model: model(10), sealedBy: STRANGER }, refused('seal_invalid')],
  ['too-large', { model: model(11), memoryMb: 100_000 }, refused('does_not_fit', 'memory_low')],
  [
    'fails-in-service',
    { model: model(12, 'nan-after-warm-up') },
    { state: 'rolled-back', reasons: ['errors_in_service', 'unclean_exits', 'self_test_failed'] },
  ],
  ['good-4', { model: model(4), paddingBytes: 70 * KB }, COMMITTED],
];

let minted: Promise<Catalogue> | undefined;

export function openCatalogue(): Promise<Catalogue> {
  return (minted ??= mint());
}

async function mint(): Promise<Catalogue> {
  const releases: CatalogueEntry[] = [];
  for (const [i, [name, input, ending]] of PLANS.entries()) {
    const release = await mintRelease({ ...input, counter: i + 1, version: `1.0.${i}` });
    const bundle = await openBundle(release.archive, async (bytes) => sha256Hex(bytes));
    const linear = input.model ?? model(0);
    releases.push({
      ...release,
      name,
      ending,
      modelSha256: sha256Hex(bundle.model),
      scoreOf: (a, b) => linearScore(linear, [a, b]),
    });
  }
  // A return ticket: the bytes of an older release under the newest counter.
  const older = releases[1];
  if (older === undefined) throw new Error('no release to return to');
  releases.push({ ...older, ...reissue(older, PLANS.length + 1), name: 'return-to-good-2' });
  const repository = await mintRepository({ releases });
  const { archive: forged } = await mintRelease({ model: model(500), counter: 1, sealedBy: STRANGER });
  return {
    releases,
    repository,
    forged,
    get(name) {
      const found = releases.find((one) => one.name === name);
      if (found === undefined)
        throw new Error(`no release ${name}; there are ${releases.map((one) => one.name).join(', ')}`);
      return found;
    },
    byArchive: (sha256) => releases.find((one) => one.assigned.sha256 === sha256),
  };
}

export { LINE };
