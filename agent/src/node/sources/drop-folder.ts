import { codeOf, messageOf } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import type { AgentEvent, Store } from '../../index.ts';
import { answerFile, type AnswerFileDeps } from './answer-file.ts';
import { openDropPlaces } from './drop-places.ts';
import { createFileMarks } from './file-marks.ts';

export interface DropFolderDeps extends Pick<AnswerFileDeps, 'agent' | 'clock' | 'ask'> {
  store: Store;
  event: (event: AgentEvent) => void;
}

export interface DropFolderOptions {
  folder: string;
  /** Between two looks. */
  pollMs?: number;
  /** A file is taken when it has not changed for so long. */
  settleMs?: number;
}

const POLL_MS = 1000;
const SETTLE_MS = 2000;
const TRY_AGAIN_MS = 5000;

/**
 * Answers the files that appear in a folder, one after the other. Looks by the clock: network file systems tell nobody
 * of a new file.
 * @returns runs until the signal fires; never rejects
 * @throws NodeAgentError `config_invalid` naming `dropFolder`
 */
export async function openDropFolder(
  deps: DropFolderDeps,
  { folder, pollMs = POLL_MS, settleMs = SETTLE_MS }: DropFolderOptions,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const { clock } = deps;
  const places = await openDropPlaces(folder);
  const filing = { ...deps, places, marks: createFileMarks(deps.store) };
  let seen = new Map<string, { version: string; since: number }>();

  /** Files whose size and time of change have stayed the same. */
  const settled = async (): Promise<string[]> => {
    const now = clock.now();
    const dropped = await places.dropped();
    seen = new Map(
      dropped.map(({ name, version }) => {
        const before = seen.get(name);
        return [name, before?.version === version && before.since <= now ? before : { version, since: now }];
      }),
    );
    return dropped.map(({ name }) => name).filter((name) => now - (seen.get(name)?.since ?? now) >= settleMs);
  };

  const take = async (name: string): Promise<string> => {
    const free = await places.freeName(name);
    // A mark of an earlier file of this name, left by a crash after everything else was done, says nothing of this one.
    await filing.marks.remove(free);
    await places.take(name, free);
    return free;
  };

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      const details = { where: 'drop-folder', problem: codeOf(error), message: messageOf(error) };
      deps.event({ at: clock.now(), code: 'problem', details });
      return false;
    }
  };

  /** One file in trouble does not hold up the others. @returns false when something is to be tried again */
  const round = async (signal: AbortSignal): Promise<boolean> => {
    let isWell = true;
    for (const name of await places.taken()) {
      if (!(await attempt(() => answerFile(filing, name, signal)))) isWell = false;
    }
    for (const name of await settled()) {
      if (signal.aborted) break;
      if (!(await attempt(async () => answerFile(filing, await take(name), signal)))) isWell = false;
    }
    return isWell;
  };

  return async (signal) => {
    while (!signal.aborted) {
      let isWell = false;
      await attempt(async () => (isWell = await round(signal)));
      await sleep(clock, isWell ? pollMs : TRY_AGAIN_MS, signal);
    }
  };
}
