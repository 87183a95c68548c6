import { keepChild, SCRIPT_MB, type KeptChild, type WatchedChild } from '@plumbline/agent/trial';
import type { Engine, HeldModel, LabJob, LabResult, ModelLab, RaceJob, RaceResult } from '../../ports/index.ts';
import { askRuns } from './ask-runs.ts';
import { converse, type Ask } from './converse.ts';
import { sizeOf } from './dtypes.ts';
import { labReply, type LabReply } from './lab-protocol.ts';
import { holdModel } from './hold-model.ts';
import { PART_BYTES } from './lab-questions.ts';

/** A child that still holds this much of an earlier model is not used again: the next peak would be told too high. */
const MOST_KEPT_MB = 16;
/** A message lies in memory as what came through the pipe, put together, and as values. */
const COPIES = 3;
/** Children are kept for jobs with the same room, so it grows in steps. */
const STEP_MB = 64;
/** Two models at once, and an arena takes up to twice what it hands out. */
const RACE_SHARE = 4;

export interface ProcessLab extends ModelLab {
  /** The child of an engine that waits or works now, for those who watch or test. */
  childPid(engine: Engine): number | undefined;
}

/**
 * A child process per engine, kept for the next job while jobs end well and ask for the same memory, released when
 * nobody needs it. Jobs of one engine wait for each other; the engines work side by side.
 * `run` and `race` reject with `trial_unavailable` when the machine cannot start a process or the lab was closed
 * before the job began, which says nothing of a model.
 */
export function createModelLab(): ProcessLab {
  const children: Record<Engine, KeptChild<LabReply>> = { node: childOf('node'), wasm: childOf('wasm') };
  const held = new Set<HeldModel>();
  return {
    run: (job) => {
      const largest = job.runs.reduce((most, one) => Math.max(most, sizeOf(one)), job.model.byteLength);
      return children[job.engine].work(roomMb(job.memoryMb, largest), (child) => run(child, job));
    },
    async race(job) {
      const message = job.contender.byteLength + job.baseline.byteLength + sizeOf(job.run);
      const within = (memoryMb: number) =>
        children[job.engine].work(roomMb(memoryMb, message), (child) => race(child, job));
      // Most races fit where runs do, and so need no process of their own.
      const result = await within(job.memoryMb);
      return result.ok || result.reason === 'timed_out' ? result : within(RACE_SHARE * job.memoryMb);
    },
    hold({ engine, model, memoryMb, outputs }) {
      const child = childOf(engine);
      const room = roomMb(memoryMb, model.byteLength);
      const one = holdModel(child, room, { model, outputs });
      held.add(one);
      return {
        run: one.run,
        async close() {
          held.delete(one);
          await one.close();
        },
      };
    },
    async close() {
      await Promise.all([...Object.values(children), ...held].map((child) => child.close()));
    },
    childPid: (engine) => children[engine].childPid,
  };
}

function childOf(engine: Engine): KeptChild<LabReply> {
  return keepChild({ main: new URL('./lab-main.ts', import.meta.url), args: [engine], reply: labReply });
}

/** What the child may allocate beyond the empty runtime, so that the model has `memoryMb` besides its own messages. */
function roomMb(memoryMb: number, largestMessageBytes: number): number {
  const beyond = largestMessageBytes <= PART_BYTES ? 0 : (COPIES * largestMessageBytes) / 2 ** 20;
  return memoryMb + SCRIPT_MB + Math.ceil(beyond / STEP_MB) * STEP_MB;
}

function run(child: WatchedChild<LabReply>, { model, runs, outputs: wanted, deadlineMs }: LabJob): Promise<LabResult> {
  return converse(child, deadlineMs, async (ask) => {
    const { loadMs } = await ask({ type: 'load', model, outputs: wanted }, 'loaded');
    const { outputs, runMs } = await askRuns(ask, runs);
    return { ok: true, outputs, loadMs, runMs, peakMb: await end(child, ask) };
  });
}

function race(child: WatchedChild<LabReply>, job: RaceJob): Promise<RaceResult> {
  const { contender, baseline, run: feeds, pairs, callsPerSample, deadlineMs } = job;
  return converse(child, deadlineMs, async (ask) => {
    const question = { type: 'race' as const, contender, baseline, run: feeds, pairs, callsPerSample };
    const { contenderUs, baselineUs } = await ask(question, 'raced');
    await end(child, ask);
    return { ok: true, contenderUs, baselineUs };
  });
}

/** @returns the peak of the job, 2^20 bytes beyond the empty runtime */
async function end(child: WatchedChild<LabReply>, ask: Ask): Promise<number> {
  const { peakMb, keptMb } = await ask({ type: 'end' }, 'ended');
  if (keptMb > MOST_KEPT_MB) await child.kill();
  return peakMb;
}
