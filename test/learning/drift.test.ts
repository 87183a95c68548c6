import { DEFAULT_DRIFT_RULE } from '@plumbline/shared/drift';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelsKnownBefore, openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { train, type TrainingResult } from '../../fleet-server/src/learning/training/index.ts';
import { type Grid } from '../../fleet-server/src/learning/learners/index.ts';
import { mostByChance } from './binomial.ts';
import { live, type Life } from './live.ts';
import { openRooms } from './rooms.ts';
import { sharedData } from './shared-data.ts';
import { shuffleTimes, withExamples } from './shuffle.ts';

const { absent, pathOf } = sharedData();
const TRAINED_AT = Date.UTC(2022, 0, 1);
const PLANTED_AT = Date.UTC(2024, 0, 1);
const YEAR_MS = 366 * 86_400_000;
const GRID: Partial<Grid> = { logistic: [{ c: 0.1 }], boosting: [{ trees: 60, rate: 0.05, leaves: 4, minRows: 50 }] };

interface Unchanging {
  dataset: Dataset;
  known: Dataset;
  trained: TrainingResult;
}

/** Real phases in a world where nothing changes, and the model that was trained on those known by then. */
async function unchanging(phases: Dataset, seed: number): Promise<Unchanging> {
  const dataset = shuffleTimes(phases, seed);
  const known = withExamples(dataset, labelsKnownBefore(dataset, TRAINED_AT));
  return { dataset, known, trained: await train(known, { seed, grid: GRID, workers: 0 }) };
}

async function liveFrom({ known, trained }: Unchanging, examples: Dataset['examples']): Promise<Life> {
  await using rooms = await openRooms(TRAINED_AT);
  const model = await rooms.register('delay', known, trained);
  // Awaited here: the rooms close when this function returns.
  return await live(rooms, model, examples, TRAINED_AT);
}

/** From `PLANTED_AT` on somebody writes a number in another unit. */
function plant({ examples }: Dataset, feature: string, factor: number): Dataset['examples'] {
  return examples.map((example) => {
    const value = example.values[feature];
    if (example.startAt < PLANTED_AT || typeof value !== 'number') return example;
    return { ...example, values: { ...example.values, [feature]: value * factor } };
  });
}

describe.skipIf(absent !== undefined)(`drift over the years${absent === undefined ? '' : ` (${absent})`}`, () => {
  let phases: Dataset;
  let first: Unchanging;
  beforeAll(async () => {
    phases = await openDataset([pathOf('nyc-sca')]);
    first = await unchanging(phases, 1);
  });

  it('is not found more often than the stated budget where nothing changes, and no retraining opens', async () => {
    const lives: Life[] = [await liveFrom(first, first.dataset.examples)];
    for (const seed of [2, 3]) {
      const world = await unchanging(phases, seed);
      lives.push(await liveFrom(world, world.dataset.examples));
    }
    const verdicts = lives.flatMap((life) => life.verdicts);
    const alarms = verdicts.filter(({ alarm }) => alarm).map(({ sentence }) => sentence);
    expect(verdicts.length).toBeGreaterThan(45);
    const most = mostByChance(verdicts.length, DEFAULT_DRIFT_RULE.falseAlarmBudget);
    expect(alarms.length, `of ${verdicts.length} windows, e.g. ${alarms[0]}`).toBeLessThanOrEqual(most);
    expect(lives.map(({ opened }) => opened)).toEqual([undefined, undefined, undefined]);
  });

  it('is found within the year, and never before, where planned_days are hours', async () => {
    const { verdicts, opened } = await liveFrom(first, plant(first.dataset, 'planned_days', 24));
    const alarms = verdicts.filter(({ alarm }) => alarm);
    expect(alarms.filter(({ to }) => to <= PLANTED_AT).map(({ sentence }) => sentence)).toEqual([]);
    const [earliest] = alarms;
    expect(earliest?.assessedAt).toBeLessThan(PLANTED_AT + YEAR_MS);
    expect(earliest?.comparisons.filter(({ alarm }) => alarm).map(({ name }) => name)).toContain('planned_days');
    expect(opened).toMatchObject({ at: earliest?.assessedAt, trigger: { open: true, cause: 'drift' } });
  });

  it('is no drift but another unit, and opens no retraining, where budgets are dollars instead of thousands', async () => {
    const { verdicts, faults, opened } = await liveFrom(first, plant(first.dataset, 'budget', 1000));
    expect(new Set(faults.map(({ feature, fault }) => `${feature} ${fault}`))).toEqual(new Set(['budget unit']));
    // The first period at fault may have begun a season before the change it holds.
    const earliest = Math.min(...faults.map(({ from }) => from));
    expect(earliest).toBeGreaterThan(PLANTED_AT - YEAR_MS / 4);
    expect(earliest).toBeLessThan(PLANTED_AT + YEAR_MS);
    expect(verdicts.filter(({ alarm }) => alarm)).toEqual([]);
    expect(opened).toBeUndefined();
  });
});
