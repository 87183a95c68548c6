import { createSeededRandom } from '@plumbline/shared/testing';
import type { Device } from '../../sites/devices/index.ts';
import type { Stage } from './plan.ts';

/**
 * Devices a stage adds, in the seeded order of the rollout. `size` counts over everything the tags select, so that
 * 10 % and then 100 % add 10 % and then the rest.
 * @param taken devices of the stages that have opened already
 */
export function selectDevices(
  stage: Stage,
  devices: readonly Device[],
  taken: ReadonlySet<string>,
  seed: number,
): Device[] {
  const eligible = shuffled(
    devices.filter((device) => stage.tags.every((tag) => device.tags.includes(tag))),
    seed,
  );
  const wanted =
    'count' in stage.size ? stage.size.count : Math.max(1, Math.ceil((eligible.length * stage.size.percent) / 100));
  const already = eligible.filter((device) => taken.has(device.id)).length;
  return eligible.filter((device) => !taken.has(device.id)).slice(0, Math.max(0, wanted - already));
}

/** Fisher–Yates over the ids in order, so that the draw depends on nothing but ids and seed. */
function shuffled(devices: readonly Device[], seed: number): Device[] {
  const random = createSeededRandom(seed);
  const drawn = devices.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (let i = drawn.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    const [a, b] = [drawn[i], drawn[j]];
    if (a !== undefined && b !== undefined) [drawn[i], drawn[j]] = [b, a];
  }
  return drawn;
}
