import { mkdtemp, readFile, readdir, rename, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSeededRandom } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentError, type AgentEvent } from '../../index.ts';
import { mintAssignment, mintRelease, mintRepository } from '../../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../testing/test-device.ts';
import { openDropFolder } from './drop-folder.ts';

const LIVES = 12;

interface Line {
  row: number;
  ref: string;
  score?: number;
  error?: { code: string; field?: string };
}

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ activity: `x${i}`, values: { a: i, b: 1 } })}\n`).join(
    '',
  );

describe('a drop folder', () => {
  let device: TestDevice;
  let folder: string;
  let stop: AbortController;
  let running: Promise<void>;
  let events: AgentEvent[];
  let isStanding = false;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-drop-'));
    device = await createTestDevice();
    await device.start();
    events = [];
  });
  afterEach(async () => {
    await halt();
    await device.agent().stop();
    await rm(folder, { recursive: true, force: true });
  });

  const install = async () => {
    const release = await mintRelease();
    device.server.offer(release);
    device.server.assign(await mintAssignment(1, [release]), await mintRepository({ releases: [release] }));
    await device.pass(5000);
  };
  /** @param calls after so many predictions the process stands still, as before a kill */
  const watch = async (calls = Infinity) => {
    stop = new AbortController();
    const { signal } = stop;
    const agent = device.agent();
    let left = calls;
    const predict: typeof agent.predict = async (...asked) => {
      left -= 1;
      if (left >= 0) return agent.predict(...asked);
      isStanding = true;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw new AgentError('not_running', 'killed', { kind: 'unavailable' });
    };
    isStanding = false;
    const deps = { agent: { ...agent, predict }, clock: device.clock, store: device.store(), ask: {} };
    running = (await openDropFolder({ ...deps, event: (one) => void events.push(one) }, { folder }))(signal);
  };
  const halt = async () => {
    stop?.abort();
    await running;
  };
  /** Files of a real folder and a clock that is ours: both have to move. */
  const until = async (what: () => Promise<boolean>) => {
    for (let round = 0; !(await what()); round += 1) {
      if (round > 5000) throw new Error(`waited in vain: ${JSON.stringify(events)}`);
      await device.clock.advance(20);
      await pause(1);
    }
  };
  const names = (place: string) => readdir(join(folder, place)).then((all) => all.toSorted());
  const arrives = (place: string, name: string) => until(async () => (await names(place)).includes(name));
  const linesOf = async (path: string): Promise<Line[]> =>
    (await readFile(join(folder, path), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const put = async (name: string, text: string) => {
    await writeFile(join(folder, `${name}.part`), text);
    await rename(join(folder, `${name}.part`), join(folder, name));
  };
  /** Everything the server has, once nothing waits any more. */
  const refsSent = async () => {
    await until(async () => Object.values(device.agent().state().outbox).every(({ waiting }) => waiting === 0));
    return device.server.rows('predictions').flatMap(([, row]) => (row.ref?.includes('@') ? [row.ref] : []));
  };

  it('answers each line of a file once, and telemetry names file and line', async () => {
    await install();
    await watch();
    await put('week.ndjson', records(600));
    await arrives('done', 'week.ndjson');
    const lines = await linesOf('out/week.ndjson.predictions.ndjson');
    expect(lines.map(({ row }) => row)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(lines[41]).toMatchObject({ activity: 'x41', score: expect.any(Number), version: expect.any(String) });
    expect(lines[41]?.ref).toMatch(/^week\.ndjson@[0-9a-f]{8}:42$/);
    expect((await refsSent()).toSorted()).toEqual(lines.map(({ ref }) => ref).toSorted());
    expect(await names('work')).toEqual([]);
    await until(
      async () =>
        !device
          .store()
          .keys()
          .some((key) => key.startsWith('source/')),
    );
  });

  it('tells bad lines one by one and loses none of the others', async () => {
    await install();
    await watch();
    await put('mixed.csv', 'activity,a,b\nx,1,1\ny,much,1\nz,1\nv,2,2\n');
    await arrives('done', 'mixed.csv');
    expect(await linesOf('out/mixed.csv.predictions.ndjson')).toMatchObject([
      { row: 2, activity: 'x' },
      { row: 3, error: { code: 'value_type', field: 'values.a', expected: 'a number' } },
      { row: 4, error: { code: 'record_malformed', field: 'record' } },
      { row: 5, activity: 'v' },
    ]);
    expect(await linesOf('failed/mixed.csv.errors.ndjson')).toMatchObject([
      { line: 3, code: 'value_type', field: 'values.a' },
      { line: 4, code: 'record_malformed' },
    ]);
  });

  it.each([
    ['no line that can be answered', 'bad.ndjson', 'nonsense\n', [{ line: 1, code: 'record_malformed' }], 1],
    ['nothing in it', 'empty.csv', '', [{ code: 'csv_empty' }], 0],
    ['no text', 'noise.csv', 'a,b\n\0\n', [{ code: 'csv_not_text' }], 0],
    [
      'a header that names a column twice',
      'twice.csv',
      'a,a\n1,1\n',
      [{ code: 'csv_duplicate_header', field: 'a' }],
      0,
    ],
    [
      'a quote that is never closed',
      'open.csv',
      'a,b\n1,1\n"2,2\n',
      [{ code: 'csv_unclosed_quote', field: 'line 3' }],
      1,
    ],
  ])('puts a file with %s aside, and says why', async (_what, name, text, errors, answered) => {
    await install();
    await watch();
    await put(name, text);
    await arrives('failed', name);
    expect(await linesOf(`failed/${name}.errors.ndjson`)).toMatchObject(errors);
    expect(await linesOf(`out/${name}.predictions.ndjson`)).toHaveLength(answered);
  });

  it('leaves alone what is still being written, what says so, and what is no table', async () => {
    await install();
    await watch();
    await writeFile(join(folder, 'growing.ndjson'), records(1));
    await writeFile(join(folder, 'later.ndjson.part'), records(1));
    await writeFile(join(folder, 'readme.txt'), 'hello');
    for (let i = 0; i < 6; i += 1) {
      await device.clock.advance(1000);
      await pause(1);
      await appendFile(join(folder, 'growing.ndjson'), records(1));
    }
    expect(await names('.')).toEqual([
      'done',
      'failed',
      'growing.ndjson',
      'later.ndjson.part',
      'out',
      'readme.txt',
      'work',
    ]);
    await arrives('done', 'growing.ndjson');
    expect(await linesOf('out/growing.ndjson.predictions.ndjson')).toHaveLength(7);
    expect(await names('.')).toContain('later.ndjson.part');
  });

  it('does not write over the answers to an earlier file of the same name', async () => {
    await install();
    await watch();
    await put('today.csv', 'a,b\n1,1\n');
    await arrives('done', 'today.csv');
    await put('today.csv', 'a,b\n2,2\n3,3\n');
    await arrives('done', 'today~2.csv');
    expect(await linesOf('out/today.csv.predictions.ndjson')).toHaveLength(1);
    expect(await linesOf('out/today~2.csv.predictions.ndjson')).toHaveLength(2);
    expect(new Set(await refsSent()).size).toBe(3);
  });

  it('waits for a model, and one file in trouble does not hold up the next life', async () => {
    await watch();
    await put('early.csv', 'a,b\n1,1\n');
    await until(async () => events.length > 0);
    expect(events[0]).toMatchObject({ code: 'problem', details: { where: 'drop-folder', problem: 'no_model' } });
    await install();
    await arrives('done', 'early.csv');
    expect(await linesOf('out/early.csv.predictions.ndjson')).toHaveLength(1);
  });

  it('has after crashes at any moment one answer and one telemetry row for each line', async () => {
    await install();
    await put('long.ndjson', records(2500).replace('"a":7,', '"a":"much",'));
    const random = createSeededRandom(5);
    const answeredAt: number[] = [];
    for (let life = 0; life < LIVES; life += 1) {
      await watch(1 + Math.floor(random.next() * 8));
      await until(async () => isStanding || (await names('done')).includes('long.ndjson'));
      if (random.next() < 0.6) await device.clock.advance(Math.floor(random.next() * 500));
      stop.abort();
      // What was not durable is gone; what the old life still writes to its files is as a kill would leave it.
      await device.crash();
      await running;
      const part = await readFile(join(folder, 'work/long.ndjson.answers'), 'utf8').catch(() => '');
      answeredAt.push(part.split('\n').length - 1);
    }
    await watch();
    await arrives('done', 'long.ndjson');
    const lines = await linesOf('out/long.ndjson.predictions.ndjson');
    expect(lines.map(({ row }) => row)).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1));
    expect(lines.filter(({ error }) => error).map(({ row }) => row)).toEqual([8]);
    const refs = await refsSent();
    const good = lines.filter(({ error }) => error === undefined).map(({ ref }) => ref);
    // Lives that got somewhere, and not all of them to the end: else nothing was tried here.
    expect(new Set(answeredAt).size).toBeGreaterThan(3);
    expect(refs.toSorted()).toEqual(good.toSorted());
  });
});
