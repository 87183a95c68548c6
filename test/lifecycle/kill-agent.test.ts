import { createSeededRandom } from '@plumbline/shared/testing';
import type { UpdateState } from '@plumbline/shared/update';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  balance,
  bulkyModel,
  createFleet,
  eventually,
  readBooks,
  tinyModel,
  type TestFleet,
} from '../harness/index.ts';
import { createVictim, type Victim } from './victim.ts';

const KILLS = 20;
const random = createSeededRandom(2026);
/** States in which a trial is over. */
const BEYOND: readonly UpdateState[] = ['activating', 'proving', 'committed'];
const upTo = (limitMs: number) => Math.floor(random.next() * limitMs);

/** Incompressible bytes of 26 blocks: one more than the kills want to see. */
const BULKY_BYTES = 26 * 70_000;

describe(`a gateway killed with SIGKILL, ${KILLS} seeded times in each state`, () => {
  let fleet: TestFleet;
  let victim: Victim;
  /** Hears of each block that is served. */
  let onBlock: (() => void) | undefined;

  beforeAll(async () => {
    fleet = await createFleet({ lines: ['bulky', 'tiny'], faults: { alterBlock: (bytes) => (onBlock?.(), bytes) } });
    victim = await createVictim(fleet, 'gateway-1');
  });
  afterAll(async () => {
    await victim[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  });

  const nextBlock = (count = 1) =>
    new Promise<void>((resolve) => {
      let left = count;
      onBlock = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  const stateOf = async (line: string) => (await victim.state()).lines.find((one) => one.line === line)?.state;

  it('goes on with a fetch where it was, one block fetched twice at most for each kill', async () => {
    let version = await fleet.publish(bulkyModel('bulky', BULKY_BYTES, random.next));
    await fleet.assign(victim.name, 'bulky', version);
    let served = new Set<number>();
    const twice: number[] = [];
    for (let kills = 0; kills < KILLS;) {
      const from = fleet.blocks.length;
      const block = nextBlock(1 + upTo(2));
      await victim.start();
      await block;
      const states = await victim.kill(upTo(4));
      const offsets = fleet.blocks.slice(from);
      twice.push(offsets.filter((offset) => served.has(offset)).length);
      for (const offset of offsets) served.add(offset);
      if (states.get('bulky') === 'fetching') kills += 1;
      else {
        // Fetched to its end between two kills: another one, whose blocks are new.
        served = new Set();
        await victim.start();
        await eventually('the release settles', async () => (await stateOf('bulky')) === 'proving');
        version = await fleet.publish(bulkyModel('bulky', BULKY_BYTES, random.next));
        await victim.kill(0);
        await fleet.assign(victim.name, 'bulky', version);
      }
    }
    console.log(`kills while fetching: ${KILLS}; blocks fetched twice: ${twice.reduce((sum, one) => sum + one, 0)}`);
    expect(Math.max(...twice)).toBeLessThanOrEqual(1);

    await victim.start();
    await eventually('it is fetched, tested and active', async () => (await stateOf('bulky')) === 'proving');
    const model = (await victim.state()).lines[0];
    expect(model).toMatchObject({ running: { version } });
  }, 180_000);

  it('tests itself and activates again after each kill, and ends with what was assigned', async () => {
    const killed = new Map<UpdateState, number>();
    const wants = (state: UpdateState) => (killed.get(state) ?? 0) < KILLS;
    const kill = async (delayMs: number) => {
      const state = (await victim.kill(delayMs)).get('tiny') ?? 'idle';
      killed.set(state, (killed.get(state) ?? 0) + 1);
      return state;
    };
    for (let round = 0; wants('self-testing') || wants('activating'); round += 1) {
      if (round > 3 * KILLS) throw new Error(`the kills miss: ${JSON.stringify([...killed])}`);
      await victim.start();
      const version = await fleet.publish(tinyModel('tiny', round / 10));
      const block = nextBlock();
      let passed = victim.hears('self_test_passed');
      let state: UpdateState = 'offered';
      await fleet.assign(victim.name, 'tiny', version);
      await block;
      // Twice in its trial: from the one block on, then from the start on.
      for (const soonestMs of [100, 0]) {
        if (!wants('self-testing') || BEYOND.includes(state)) continue;
        state = await kill(soonestMs + upTo(200));
        passed = victim.hears('self_test_passed');
        await victim.start();
      }
      // A release that is not committed is given up after three unclean ends, so it meets two of them at most.
      if (wants('activating') && !BEYOND.includes(state)) {
        await passed;
        state = await kill(upTo(4));
        await victim.start();
        if (state === 'activating') await kill(0);
        await victim.start();
      }
      await eventually('it runs', async () => (await stateOf('tiny')) === 'proving');
      await victim.prove('tiny');
      await eventually('it is committed', async () => (await stateOf('tiny')) === 'committed');
      const line = (await victim.state()).lines.find((one) => one.line === 'tiny');
      expect(line).toMatchObject({ proof: 'proven', running: { version } });
    }
    console.log(`kills by the state on disk: ${[...killed].map(([state, times]) => `${state} ${times}`).join(', ')}`);
  }, 300_000);

  it('has lost and doubled nothing that it had acknowledged, and no number was given twice', async () => {
    await eventually('all rows have arrived', async () => {
      const { connected, outbox } = await victim.state();
      return connected && Object.values(outbox).every(({ waiting }) => waiting === 0);
    });
    const { outbox } = await victim.state();
    const books = await readBooks(fleet.server.fleet.database);
    const sums = balance(books, { refs: victim.acknowledged, streams: Object.values(outbox) });
    console.log(`acknowledged ${victim.acknowledged.size}, rows ${books.rows}: ${JSON.stringify(sums)}`);
    expect(victim.acknowledged.size).toBeGreaterThan(KILLS);
    expect(sums).toEqual({ lost: 0, doubled: 0, holes: 0 });
  });
});
