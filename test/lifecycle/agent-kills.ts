import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@plumbline/shared/ports';
import type { UpdateState } from '@plumbline/shared/update';
import {
  balance,
  bulkyModel,
  createFleet,
  eventually,
  readExportedBooks,
  tinyModel,
  type Balance,
} from '../harness/index.ts';
import { createVictim } from './victim.ts';

/** States in which a new release is loaded or run, in their order, and what of the log they begin with. */
const TRYING = [
  { state: 'self-testing', after: undefined, withinMs: 200 },
  { state: 'shadowing', after: 'self_test_passed', withinMs: 150 },
  { state: 'activating', after: 'shadow_', withinMs: 4 },
] as const;
export type Tried = (typeof TRYING)[number]['state'];

/** A release is given up after three unclean ends in one state, so it meets two of them at most. */
const KILLS_PER_STATE = 2;
/** What the log should have said by then; on a busy machine the kill just comes where it comes. */
const HEARD_WITHIN_MS = 3000;
const BLOCK_BYTES = 70_000;
const BEYOND: readonly UpdateState[] = ['proving', 'committed'];

export interface AgentKills extends AsyncDisposable {
  /**
   * Kills it so often while it fetches. @returns blocks that were served twice, for each kill
   */
  fetching(kills: number): Promise<number[]>;
  /** Kills it so often in each of these states, and sees it answer and end with what was assigned after each release. */
  trying(quota: Partial<Record<Tried, number>>): Promise<void>;
  /** Kills by the state that the disk was found in. */
  found: Map<UpdateState, number>;
  /** Waits until all rows have arrived, and compares what the gateway promised with what the server exports. */
  close(): Promise<Balance & { reused: number; acknowledged: number; rows: number }>;
}

/** A server in this process and a gateway in its own that is killed again and again, at moments that the seed draws. */
export async function createAgentKills(random: Random): Promise<AgentKills> {
  let onBlock: (() => void) | undefined;
  const fleet = await createFleet({
    lines: ['bulky', 'tiny'],
    faults: { alterBlock: (bytes) => (onBlock?.(), bytes) },
  });
  const victim = await createVictim(fleet, 'gateway-1');
  const found = new Map<UpdateState, number>();
  let releases = 0;
  const upTo = (limitMs: number) => Math.floor(random.next() * limitMs);

  const nextBlock = (count = 1) =>
    new Promise<void>((resolve) => {
      let left = count;
      onBlock = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  const lineOf = async (line: string) => (await victim.state()).lines.find((one) => one.line === line);
  const reaches = (line: string, state: UpdateState) =>
    eventually(`${line} is ${state}`, async () => {
      const now = await lineOf(line);
      if (now?.state !== state) throw new Error(JSON.stringify(now));
      return now;
    });
  const leaves = (line: string, state: UpdateState) =>
    eventually(`${line} is ${state} no more`, async () => (await lineOf(line))?.state !== state);
  const kill = async (line: string, delayMs: number) => {
    const state = (await victim.kill(delayMs)).get(line) ?? 'idle';
    found.set(state, (found.get(state) ?? 0) + 1);
    return state;
  };
  const publishBulky = (kills: number) => {
    // One block more than the kills want to see, so that a fetch is not over before them.
    const model = bulkyModel('bulky', (Math.min(kills, 20) + 6) * BLOCK_BYTES, random.next);
    return fleet.publish(model);
  };

  /** A first install shadows nothing, and leaves nothing that answers while it is killed. */
  const installFirst = async () => {
    await victim.start();
    await fleet.assign(victim.name, 'tiny', await fleet.publish(tinyModel('tiny', releases)));
    await reaches('tiny', 'proving');
    await victim.prove('tiny');
    await reaches('tiny', 'committed');
  };

  return {
    found,
    async fetching(kills) {
      let version = await publishBulky(kills);
      await fleet.assign(victim.name, 'bulky', version);
      let served = new Set<number>();
      const twice: number[] = [];
      for (let done = 0; done < kills;) {
        const from = fleet.blocks.length;
        const block = nextBlock(1 + upTo(2));
        await victim.start();
        await block;
        const state = await kill('bulky', upTo(4));
        const offsets = fleet.blocks.slice(from);
        twice.push(offsets.filter((offset) => served.has(offset)).length);
        for (const offset of offsets) served.add(offset);
        if (state === 'fetching') done += 1;
        else {
          // Fetched to its end between two kills: another one, whose blocks are new.
          served = new Set();
          await victim.start();
          await reaches('bulky', 'proving');
          version = await publishBulky(kills - done);
          await victim.kill(0);
          await fleet.assign(victim.name, 'bulky', version);
        }
      }
      await victim.start();
      const { running } = await reaches('bulky', 'proving');
      if (running?.version !== version) throw new Error(`bulky@${version} was assigned, ${running?.version} runs`);
      return twice;
    },

    async trying(quota) {
      const left = new Map(TRYING.map(({ state }) => [state as UpdateState, quota[state] ?? 0]));
      const wants = () => [...left.values()].some((count) => count > 0);
      const total = [...left.values()].reduce((sum, count) => sum + count, 0);
      if (releases === 0) await installFirst();
      for (let round = 0; wants(); round += 1) {
        if (round > 3 * total) throw new Error(`the kills miss: ${JSON.stringify([...left])} are left`);
        await victim.start();
        const version = await fleet.publish(tinyModel('tiny', (releases += 1) / 10));
        const block = nextBlock();
        const inState = new Map<UpdateState, number>();
        let state: UpdateState = 'offered';
        let heard = new Map(TRYING.map(({ after }) => [after, after === undefined ? block : victim.hears(after)]));
        await fleet.assign(victim.name, 'tiny', version);
        await block;
        for (const { state: wanted, after, withinMs } of TRYING) {
          while ((left.get(wanted) ?? 0) > 0 && (inState.get(wanted) ?? 0) < KILLS_PER_STATE) {
            // In service already: what there was to be met has passed.
            if (BEYOND.includes(state)) break;
            // A life that begins in this state has heard of it before.
            if (state !== wanted) await Promise.race([heard.get(after), pause(HEARD_WITHIN_MS)]);
            state = await kill('tiny', upTo(withinMs));
            left.set(state, (left.get(state) ?? 0) - 1);
            inState.set(state, (inState.get(state) ?? 0) + 1);
            heard = new Map(
              TRYING.map((one) => [one.after, one.after && victim.hears(one.after)] as const),
            ) as typeof heard;
            await victim.start();
            // The release before it goes on answering, whatever the new one was at.
            await victim.predicts('tiny');
            if ((inState.get(state) ?? 0) >= KILLS_PER_STATE) await leaves('tiny', state);
          }
        }
        await reaches('tiny', 'proving');
        await victim.prove('tiny');
        const line = await reaches('tiny', 'committed');
        if (line.proof !== 'proven' || line.running?.version !== version) throw new Error(JSON.stringify(line));
      }
    },

    async close() {
      await eventually('all rows have arrived', async () => {
        const { connected, outbox } = await victim.state();
        return connected && Object.values(outbox).every(({ waiting }) => waiting === 0);
      });
      const { outbox } = await victim.state();
      const books = await readExportedBooks(fleet.client);
      const sums = balance(books, { refs: victim.acknowledged, streams: Object.values(outbox) });
      return { ...sums, reused: victim.reused, acknowledged: victim.acknowledged.size, rows: books.rows };
    },

    async [Symbol.asyncDispose]() {
      await victim[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
    },
  };
}
