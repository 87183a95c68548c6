import { encodeGeneration, readGenerations, startTrust } from '@plumbline/shared/trust';
import type { Store } from '../ports/index.ts';
import { TRUST_GENERATIONS } from '../store/keys.ts';
import { beginningWith, decodeBelief, encodeBelief, type Belief } from './belief.ts';

/** Two places for one belief, written in turn: whatever happens to the one, the other still holds what was there before. */
export interface Generations {
  /** What was believed last, as far as the disk still knows it; at worst what enrolment pinned. */
  last: Belief;
  /** Resolves when the belief survives a power cut. @throws StoreError, and then nothing has changed */
  write(belief: Belief): Promise<void>;
}

/** What enrolment has pinned: the first root, and a time (ms) that had come by then. */
export interface Pinned {
  rootBytes: Uint8Array;
  rootSha256: string;
  enrolledAt: number;
}

/** @throws TrustError `wrong_root` when nothing can be read and the root of the identity is not the pinned one either */
export async function openGenerations(store: Store, pinned: Pinned): Promise<Generations> {
  const [a, b] = await Promise.all(TRUST_GENERATIONS.map((key) => store.get(key)));
  const found = firstReadable([[a, b], [a], [undefined, b]]);
  let newest = found?.n ?? 0;
  return {
    last: found?.belief.pinnedSha256 === pinned.rootSha256 ? found.belief : firstBelief(pinned),
    async write(belief) {
      const n = newest + 1;
      // The number says the place, so that the newest readable one is never the one that is overwritten.
      const put = TRUST_GENERATIONS[n % 2 === 0 ? 0 : 1];
      await store.commit([{ put, value: encodeGeneration(n, encodeBelief(belief)) }]);
      newest = n;
    },
  };
}

function firstBelief({ rootBytes, rootSha256, enrolledAt }: Pinned): Belief {
  return beginningWith(startTrust(rootBytes, rootSha256), rootSha256, enrolledAt);
}

type Pair = [Uint8Array | undefined, (Uint8Array | undefined)?];

/** A whole generation with words this agent does not know counts as a torn one. */
function firstReadable(pairs: Pair[]): { n: number; belief: Belief } | undefined {
  for (const [a, b] of pairs) {
    const generation = readGenerations(a, b);
    if (generation === undefined) continue;
    try {
      return { n: generation.n, belief: decodeBelief(generation.state) };
    } catch {
      // The other one may still be read.
    }
  }
  return undefined;
}
