import { foundAt, MAX_SEEDS } from '../simulation/score/found-at.ts';
import { PLANTS } from '../simulation/score/plants.ts';

/** Every planted bug in every form; `npm test` plants one form of each. */
export async function run(): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const { name, class: of } of PLANTS) {
    const seed = await foundAt(name, of);
    if (seed === undefined) failed += 1;
    console.log(`${name}: ${seed === undefined ? `NOT FOUND in ${MAX_SEEDS} seeds` : `seed ${seed}`} of ${of}`);
  }
  return { passed: PLANTS.length - failed, failed };
}
