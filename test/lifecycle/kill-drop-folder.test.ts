import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentState } from '@plumbline/agent';
import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  createFleet,
  enrol,
  eventually,
  readBooks,
  startProgram,
  tinyModel,
  type Program,
  type TestFleet,
} from '../harness/index.ts';

const KILLS = 5;
const LINES = 15_000;
const FILE = 'week.ndjson';

interface Answer {
  row: number;
  ref: string;
  error?: { code: string };
}

describe(`a gateway killed with SIGKILL ${KILLS} times while it answers a file of ${LINES} lines`, () => {
  let fleet: TestFleet;
  let program: Program | undefined;
  let url = '';
  let state: string;
  let drop: string;

  beforeAll(async () => {
    fleet = await createFleet();
    state = join(fleet.folder, 'gateway-1');
    drop = join(fleet.folder, 'drop');
    await mkdir(drop);
    await enrol(state, await fleet.code('gateway-1'));
    await compile('plumbline-agent');
    await start();
    const version = await fleet.publish(tinyModel('delay', 0));
    await fleet.assign('gateway-1', 'delay', version);
    await eventually('the model answers', async () => (await fetch(`${url}/v1/health/ready`)).ok);
  });
  afterAll(async () => {
    await program?.end('SIGKILL');
    await fleet[Symbol.asyncDispose]();
  });

  const start = async () => {
    const args = ['run', '--json', '--port', '0', '--state', state, '--first-delay-ms', '50', '--drop-folder', drop];
    program = await startProgram('plumbline-agent', args);
    ({ listening: url } = program.ready as { listening: string });
  };
  const isDone = async () => (await readdir(join(drop, 'done')).catch((): string[] => [])).includes(FILE);
  const part = () => readFile(join(drop, 'work', `${FILE}.answers`), 'utf8').catch(() => '');

  it('has one answer for each line, and the server one row of telemetry', async () => {
    const lines = Array.from({ length: LINES }, (_, i) => JSON.stringify({ values: { a: i % 7, b: 1 } }));
    lines[9000] = '{"values":{"a":"much","b":1}}';
    await writeFile(join(drop, `${FILE}.part`), `${lines.join('\n')}\n`);
    await rename(join(drop, `${FILE}.part`), join(drop, FILE));
    const random = createSeededRandom(30);
    const written: number[] = [];
    for (let kill = 0; kill < KILLS && !(await isDone()); kill += 1) {
      const before = (await part()).length;
      // The moment of the kill is what the seed draws, counted from where this life gets on with the file.
      await eventually('it goes on', async () => (await isDone()) || (await part()).length > before);
      await pause(random.next() * 100);
      await program?.end('SIGKILL');
      written.push((await part()).split('\n').length - 1);
      await start();
    }
    await eventually('the file is done', isDone, { withinMs: 60_000 });
    const text = await readFile(join(drop, 'out', `${FILE}.predictions.ndjson`), 'utf8');
    const answers = text
      .trimEnd()
      .split('\n')
      .map((line): Answer => JSON.parse(line));
    expect(answers.map(({ row }) => row)).toEqual(lines.map((_, i) => i + 1));
    expect(answers.filter(({ error }) => error).map(({ row }) => row)).toEqual([9001]);

    await eventually(
      'all rows have arrived',
      async () => {
        const { connected, outbox } = (await (await fetch(`${url}/v1/state`)).json()) as AgentState;
        return connected && Object.values(outbox).every(({ waiting }) => waiting === 0);
      },
      { withinMs: 60_000 },
    );
    const books = await readBooks(fleet.server.fleet.database);
    const good = answers.filter(({ error }) => error === undefined);
    const lost = good.filter(({ ref }) => !books.refs.has(ref)).length;
    const doubled = good.filter(({ ref }) => (books.refs.get(ref) ?? 0) > 1).length;
    console.log(
      `answers written at each kill: ${written.join(', ')}; rows ${books.rows}, lost ${lost}, doubled ${doubled}`,
    );
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
    // The kills met the file half answered, or nothing was tried here.
    expect(written.filter((count) => count > 0 && count < LINES).length).toBeGreaterThan(2);
  }, 180_000);
});
