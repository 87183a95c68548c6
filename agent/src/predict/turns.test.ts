import type { GraphInput } from '@plumbline/shared/manifest';
import { encodeRuns, type Feed, type RunOutputs } from '@plumbline/shared/predict';
import { describe, expect, it } from 'vitest';
import type { Session } from '../ports/index.ts';
import { createTurns } from './turns.ts';

const inputOf = (batch: 'dynamic' | number): GraphInput => ({
  kind: 'columns',
  name: 'x',
  dtype: 'float32',
  batch,
  features: [{ name: 'a', type: 'number', missing: 'accept', from: { column: 'a' } }],
});

/** Answers each row with itself; a negative one cannot be taken. */
function world(batch: 'dynamic' | number = 'dynamic') {
  const ran: number[][] = [];
  let isRunning = false;
  const session: Session = {
    async run([feed]: Feed[]): Promise<RunOutputs> {
      expect(isRunning).toBe(false);
      isRunning = true;
      const rows = [...(feed!.data as Float32Array)];
      ran.push(rows);
      await Promise.resolve();
      isRunning = false;
      if (rows.some((row) => row < 0)) throw new Error(`cannot take ${rows.join()}`);
      return { y: { dims: [rows.length], data: rows } };
    },
    close: async () => undefined,
  };
  const inputs = [inputOf(batch)];
  const turns = createTurns(session, { inputs }, 'y');
  const ask = async (...rows: number[]) => {
    const [run] = encodeRuns(
      { inputs },
      rows.map((a) => ({ values: { a }, asOf: 0 })),
    );
    const { outputs, from } = await turns.run(run!);
    return Array.from({ length: run!.rows }, (_, at) => outputs['y']!.data[from + at]);
  };
  return { ran, ask };
}

describe('turns of a session', () => {
  it('answer calls of one tick by one run, each with its own rows', async () => {
    const { ran, ask } = world();
    expect(await Promise.all([ask(1), ask(2, 3), ask(4)])).toEqual([[1], [2, 3], [4]]);
    expect(ran).toEqual([[1, 2, 3, 4]]);
  });

  it('gather who comes while a run is under way', async () => {
    const { ran, ask } = world();
    const first = ask(1);
    await Promise.resolve();
    await Promise.resolve();
    const later = [ask(2), ask(3)];
    expect(await Promise.all([first, ...later])).toEqual([[1], [2], [3]]);
    expect(ran).toEqual([[1], [2, 3]]);
  });

  it('let a row that the model cannot take be the trouble of its own caller', async () => {
    const { ask } = world();
    const answers = await Promise.allSettled([ask(1), ask(-2), ask(3)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { message: 'cannot take -2' } });
    expect(await ask(4)).toEqual([4]);
  });

  it('keep runs apart where the graph fixes its rows', async () => {
    const { ran, ask } = world(2);
    expect(await Promise.all([ask(1), ask(2, 3)])).toEqual([[1], [2, 3]]);
    expect(ran).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it('bound the rows of one run', async () => {
    const { ran, ask } = world();
    const many = Array.from({ length: 700 }, (_, at) => at);
    const answers = await Promise.all([ask(...many), ask(...many), ask(1)]);
    expect(answers.map(({ length }) => length)).toEqual([700, 700, 1]);
    expect(ran.map(({ length }) => length)).toEqual([700, 701]);
  });
});
