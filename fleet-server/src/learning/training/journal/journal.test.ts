import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { qualityGate } from '../gate/gate.ts';
import { generateDataset } from '../generated-dataset.ts';
import { train } from '../train.ts';
import { openJournalFile } from './journal-file.ts';

const dataset = generateDataset({ seed: 1, rows: 120, signal: 1 });
const OPTIONS = { seed: 3, workers: 0, algorithms: ['logistic'] as const, grid: { logistic: [{ c: 0.1 }, { c: 1 }] } };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-journal-'));
  path = join(folder, 'kept', 'search.journal');
});
afterEach(() => rm(folder, { recursive: true }));

const textOf = (result: object): string => JSON.stringify({ ...result, times: [] });
const linesOf = async (): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

describe('the journal of a search', () => {
  it('lets a search whose process ended in the middle of a line go on where it was, to the same bytes', async () => {
    const whole = await train(dataset, OPTIONS);
    await train(dataset, { ...OPTIONS, journal: openJournalFile(path) });
    const lines = await linesOf();
    expect(lines).toHaveLength(10);
    await writeFile(path, `${lines.slice(0, 4).join('\n')}\n${lines[4]!.slice(0, 40)}`);
    const resumed = await train(dataset, { ...OPTIONS, journal: openJournalFile(path) });
    expect(textOf(resumed)).toBe(textOf(whole));
    expect((await linesOf()).slice(0, 4)).toEqual(lines.slice(0, 4));
    expect(await linesOf()).toHaveLength(10);
  });

  it('keeps the draws of the gate too, and answers all of a second run', async () => {
    const journal = openJournalFile(path);
    const result = await train(dataset, { ...OPTIONS, journal });
    const verdict = await qualityGate(result, dataset, { seed: 3, workers: 0, permutations: 8, journal });
    const kept = await readFile(path, 'utf8');
    expect((await linesOf()).filter((line) => line.includes('"chance/'))).toHaveLength(8);
    const again = await train(dataset, { ...OPTIONS, journal: openJournalFile(path) });
    expect(await qualityGate(again, dataset, { seed: 3, workers: 0, permutations: 8, journal })).toEqual(verdict);
    expect(await readFile(path, 'utf8')).toBe(kept);
  });

  it.each([
    ['another seed', { seed: 4 }],
    ['another grid', { grid: { logistic: [{ c: 0.2 }] } }],
    ['class weights', { classWeight: 'balanced' as const }],
  ])('of %s is refused and left as it was', async (_what, other) => {
    await train(dataset, { ...OPTIONS, journal: openJournalFile(path) });
    const kept = await readFile(path, 'utf8');
    const foreign = train(dataset, { ...OPTIONS, ...other, journal: openJournalFile(path) });
    await expect(foreign).rejects.toMatchObject({ code: 'journal_differs', field: 'journal' });
    expect(await readFile(path, 'utf8')).toBe(kept);
  });

  it('that cannot be written ends the search with a code', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = openJournalFile(join(folder, 'file', 'search.journal'));
    await expect(train(dataset, { ...OPTIONS, journal })).rejects.toMatchObject({ code: 'journal_unreadable' });
  });
});
