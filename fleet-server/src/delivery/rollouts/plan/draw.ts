import { createSeededRandom } from '@plumbline/shared/testing';
import type { Stage } from './rollout-plan.ts';

export interface Draw {
  size: Stage['size'];
  /** Every device the stage selects, in whatever order. */
  selected: readonly string[];
  /** Devices of the stages that have opened already. */
  taken: ReadonlySet<string>;
  /** Of those selected, devices that no variant of the release fits: others are drawn in their place. */
  unfit: ReadonlySet<string>;
  seed: number;
}

/**
 * Devices a stage adds, in the seeded order of the rollout. Its size counts over everything it selects, so that 10 %
 * and then 100 % add 10 % and then the rest.
 */
export function drawStage({ size, selected, taken, unfit, seed }: Draw): string[] {
  const wanted = 'count' in size ? size.count : Math.max(1, Math.ceil((selected.length * size.percent) / 100));
  const already = selected.filter((device) => taken.has(device)).length;
  const free = shuffled(selected, seed).filter((device) => !taken.has(device) && !unfit.has(device));
  return free.slice(0, Math.max(0, wanted - already));
}

/** Who a stage is about: a group, a selector, whoever both name, or everybody. */
export function selectionOf({ group, selector }: Pick<Stage, 'group' | 'selector'>) {
  return { ...(group !== undefined && { group }), ...(selector !== undefined && { selector }) };
}

/** Fisher–Yates over the ids in order, so that the draw depends on nothing but ids and seed. */
function shuffled(devices: readonly string[], seed: number): string[] {
  const random = createSeededRandom(seed);
  const drawn = devices.toSorted();
  for (let i = drawn.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    const [a, b] = [drawn[i], drawn[j]];
    if (a !== undefined && b !== undefined) [drawn[i], drawn[j]] = [b, a];
  }
  return drawn;
}
