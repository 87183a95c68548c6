import { featuresOf, type ActivityRecord, type FeatureValue, type Manifest } from '@plumbline/shared/manifest';
import { shareableFeatures, valuesOf } from '@plumbline/shared/predict';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { ExampleRow } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../../link/outbox/index.ts';
import type { Clock, Store } from '../../ports/index.ts';
import type { LoadedModel } from '../../predict/load.ts';
import { readMended, stored, type OnDamaged } from '../../store/json.ts';
import { EXAMPLES_MONTH } from '../../store/keys.ts';
import { joinWrites } from '../windows/join-writes.ts';
import { countedBins } from '../windows/shareable-bins.ts';
import { whyHard } from './choose.ts';
import { admits, turnExamplesMonth } from './month.ts';

/** Records that would teach something, by their named features: none that is private, and few enough for the link. */
export interface Examples {
  /** A record that was answered for the first time; empty when it teaches nothing, or there is no room left. */
  answered(model: LoadedModel, record: ActivityRecord, said: Said): Write;
  /** Records on which two models of a shadow run disagree, the largest difference first. */
  disagreed(
    of: Pick<ExampleRow, 'line' | 'version' | 'sha256'>,
    manifests: readonly Manifest[],
    all: readonly Disagreed[],
  ): Write;
}

export interface Said {
  at: number;
  score: number;
  /** Of the features that may leave. */
  values: Record<string, FeatureValue>;
}

export interface Disagreed {
  record: ActivityRecord;
  champion: number;
  candidate: number;
}

export interface ExamplesDeps {
  store: Store;
  clock: Clock;
  settings: () => DeviceSettings;
  onDamaged?: OnDamaged | undefined;
}

/** As JSON: about as many as a person could look through, 1,000 of 20 features. */
const DEFAULT_BYTES_PER_MONTH = 512 * 1024;
const DEFAULT_NEAR_PERMILLE = 50;
const PERMILLE = 1000;
/** A record that is larger is not sent. */
const MAX_EXAMPLE_BYTES = 16_384;
const MAX_TEXT = 4096;

const month = z.strictObject({ monthFrom: z.number().int(), bytes: z.number().int().nonnegative() });

export async function createExamples({ store, clock, settings, onDamaged }: ExamplesDeps): Promise<Examples> {
  let spent = (await readMended(store, EXAMPLES_MONTH, month, onDamaged)) ?? { monthFrom: -Infinity, bytes: 0 };

  const admit = (whole: ExampleRow): Write => {
    const row = { ...whole, values: shortened(whole.values) };
    const now = clock.now();
    const sizeBytes = stored(row).length;
    spent = turnExamplesMonth(spent, now);
    const budgetBytes = settings().exampleBytesPerMonth ?? DEFAULT_BYTES_PER_MONTH;
    if (sizeBytes > MAX_EXAMPLE_BYTES || !admits(spent, now, sizeBytes, budgetBytes)) return {};
    spent = { ...spent, bytes: spent.bytes + sizeBytes };
    return { rows: [row], latest: { [EXAMPLES_MONTH]: () => stored(spent) } };
  };
  const isOff = () => settings().exampleBytesPerMonth === 0;

  return {
    answered(model, record, { at, score, values }) {
      if (isOff()) return {};
      const { line, version, sha256, manifest } = model;
      const nearness = (settings().exampleUncertainPermille ?? DEFAULT_NEAR_PERMILLE) / PERMILLE;
      const why = whyHard(manifest.output, countedBins(model), values, score, nearness);
      return why === undefined
        ? {}
        : admit({
            ...headOf(record, at),
            line,
            version,
            sha256,
            why,
            score,
            values,
          });
    },
    disagreed({ line, version, sha256 }, manifests, all) {
      if (isOff()) return {};
      const writes = all
        .toSorted((a, b) => apart(b) - apart(a))
        .map(({ record, champion: score, candidate }) => {
          const values = shareableValues(manifests, record);
          const head = headOf(record, clock.now());
          return admit({ ...head, line, version, sha256, why: 'disagrees', score, candidate, values });
        });
      return joinWrites(writes);
    },
  };
}

function apart({ champion, candidate }: Disagreed): number {
  return Math.abs(champion - candidate);
}

function headOf({ activity, asOf }: ActivityRecord, at: number) {
  return { kind: 'example', at, asOf, ...(activity !== undefined && { activity }) } as const;
}

/** What every one of these models may show of a record; a column that nobody declared is never among it. */
function shareableValues(manifests: readonly Manifest[], record: ActivityRecord): Record<string, FeatureValue> {
  const inputs = manifests.flatMap((one) => one.inputs);
  const hidden = new Set(featuresOf({ inputs }).flatMap((one) => (one.private === true ? [one.name] : [])));
  return valuesOf(
    shareableFeatures({ inputs }).filter(({ name }) => !hidden.has(name)),
    record,
  );
}

function shortened(values: Record<string, FeatureValue>): Record<string, FeatureValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, MAX_TEXT) : value]),
  );
}
