import { collectGarbage } from '@plumbline/agent/trial/child';
import { messageOf } from '@plumbline/shared/errors';
import type { LabRun } from '../../ports/index.ts';
import type { LabEngine } from './engine.ts';
import type { LabReply } from './lab-protocol.ts';
import type { LabQuestion } from './lab-questions.ts';

/** Both runtimes reserve, allocate and (wasm) compile during the first calls, which no long-lived agent ever sees again. */
const WARM_UP = { atLeastRounds: 3, atMostRounds: 1000, ms: 200 };

interface Lane {
  call(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Two models in turn in this process. Which one goes first alternates, so that neither always finds the caches as the
 * other left them.
 */
export async function race(
  engine: LabEngine,
  { contender, baseline, run, pairs, callsPerSample }: Extract<LabQuestion, { type: 'race' }>,
): Promise<Extract<LabReply, { type: 'raced' }>> {
  const first = await lane('contender', engine, contender, run);
  const second = await lane('baseline', engine, baseline, run);
  await warmUp([first, second]);
  const contenderUs: number[] = [];
  const baselineUs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) contenderUs.push(await meanUs(first, callsPerSample));
    baselineUs.push(await meanUs(second, callsPerSample));
    if (pair % 2 === 1) contenderUs.push(await meanUs(first, callsPerSample));
  }
  await first.close();
  await second.close();
  return { type: 'raced', contenderUs, baselineUs };
}

/** With the arena, as an agent predicts: without it every call asks the system for its memory, and that is what would be measured. */
async function lane(who: string, engine: LabEngine, model: Uint8Array, run: LabRun): Promise<Lane> {
  try {
    const session = await engine.load(model, { arena: true });
    const feeds = session.feedsOf(run);
    await session.call(feeds);
    return { call: () => session.call(feeds), close: () => session.close() };
  } catch (cause) {
    throw new Error(`${who}: ${messageOf(cause)}`, { cause });
  }
}

async function warmUp(lanes: readonly Lane[]): Promise<void> {
  const until = performance.now() + WARM_UP.ms;
  for (let round = 0; round < WARM_UP.atMostRounds; round++) {
    if (round >= WARM_UP.atLeastRounds && performance.now() >= until) break;
    for (const { call } of lanes) await call();
  }
  collectGarbage();
}

async function meanUs({ call }: Lane, count: number): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) await call();
  return ((performance.now() - startedAt) * 1000) / count;
}
