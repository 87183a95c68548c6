import type { FeatureBins } from '@plumbline/shared/drift';
import type { FeatureValue } from '@plumbline/shared/manifest';
import { z } from 'zod';
import type { Write } from '../../link/outbox/index.ts';
import type { Store } from '../../ports/index.ts';
import { readAll, stored, type OnDamaged } from '../../store/json.ts';
import { COUNTED_LINES, countedLineKey } from '../../store/keys.ts';

const countedLine = z.strictObject({
  /** Beginning of the period in which this line first answered on this device. */
  since: z.number().int(),
  /** The last value of each number feature that was counted. */
  before: z.record(z.string(), z.number()),
});

/** What counting has to know of a line across windows, versions and restarts. */
export interface LineMemory {
  /** Undefined before its first word on this device. */
  since(line: string): number | undefined;
  /** The line answers, in a period that begins then; only the first time counts. */
  begins(line: string, from: number): Write;
  before(line: string): Readonly<Record<string, number>>;
  /** These values were counted. */
  counted(line: string, bins: readonly FeatureBins[], values: Readonly<Record<string, FeatureValue>>): Write;
}

export async function createLineMemory(store: Store, onDamaged?: OnDamaged): Promise<LineMemory> {
  const lines = new Map(
    (await readAll(store, COUNTED_LINES, countedLine, onDamaged)).map(([key, one]) => [
      key.slice(COUNTED_LINES.length),
      one,
    ]),
  );
  const write = (line: string): Write => ({ latest: { [countedLineKey(line)]: () => stored(lines.get(line)) } });
  return {
    since: (line) => lines.get(line)?.since,
    begins(line, from) {
      if (lines.has(line)) return {};
      lines.set(line, { since: from, before: {} });
      return write(line);
    },
    before: (line) => lines.get(line)?.before ?? {},
    counted(line, bins, values) {
      const known = lines.get(line);
      if (known === undefined) return {};
      for (const { type, name } of bins) {
        const value = values[name];
        // A gap in between is no movement: what comes after it is compared with what came before.
        if (type === 'number' && typeof value === 'number' && Number.isFinite(value)) known.before[name] = value;
      }
      return write(line);
    },
  };
}
