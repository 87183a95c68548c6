import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrialJob, TrialResult } from '../../ports/index.ts';
import { NodeAgentError } from '../errors.ts';
import { MAX_DETAIL, trialReply, type TrialReply } from './trial-protocol.ts';

/** Room for JavaScript itself: records, tensors, answers. */
const SCRIPT_MB = 64;
const READY_WITHIN_MS = 60_000;
const MAIN = fileURLToPath(new URL('./trial-main.ts', import.meta.url));

export interface TrialChild {
  readonly pid: number;
  /** What Node and the runtime had allocated before any model. */
  readonly dataMb: number;
  readonly alive: boolean;
  /** One job at a time. The deadline counts from here: starting the process is not the model's fault. */
  ask(job: TrialJob): Promise<TrialResult>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

type Ending = { reply: TrialReply } | { exit: string } | { late: true };

/**
 * @param limitMb what the process may allocate in all; undefined for one that meets no model
 * @throws NodeAgentError `trial_unavailable`: the machine could not start the process, which says nothing of a model
 */
export async function startTrialChild(limitMb: number | undefined): Promise<TrialChild> {
  const child = spawnWatched(limitMb);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (cause) => resolve(cause.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const lastWords = collectTail(child);
  let alive = true;
  void exited.then(() => {
    alive = false;
    child.stdin?.end('over\n');
  });

  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const nextEnding = async (withinMs: number): Promise<Ending> => {
    const listening = new AbortController();
    const reply = new Promise<Ending>((resolve) => {
      const listen = (message: unknown) => resolve(endingOf(message));
      child.once('message', listen);
      listening.signal.addEventListener('abort', () => child.off('message', listen));
    });
    const late = new Promise<Ending>((resolve) => {
      const timer = setTimeout(() => resolve({ late: true }), withinMs);
      listening.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    try {
      return await Promise.race([reply, late, exited.then((exit): Ending => ({ exit }))]);
    } finally {
      listening.abort();
    }
  };

  const first = await nextEnding(READY_WITHIN_MS);
  if (!('reply' in first) || first.reply.type !== 'ready') {
    await kill();
    throw new NodeAgentError('trial_unavailable', `the trial process did not start: ${await exited} ${lastWords()}`, {
      kind: 'unavailable',
    });
  }
  return {
    pid: child.pid ?? 0,
    dataMb: first.reply.dataMb,
    get alive() {
      return alive;
    },
    async ask(job) {
      const startedAt = performance.now();
      child.send(job, () => undefined);
      const ending = await nextEnding(job.deadlineMs);
      // A reply that was already on its way when the timer should have fired is late all the same.
      if ('late' in ending || performance.now() - startedAt > job.deadlineMs) {
        await kill();
        return { ok: false, reason: 'timed_out', detail: `no answer within ${job.deadlineMs} ms` };
      }
      if ('exit' in ending) return { ok: false, reason: 'crashed', detail: `${ending.exit} ${lastWords()}`.trim() };
      return resultOf(ending.reply);
    },
    kill,
  };
}

/** The limit that leaves a model `memoryMb`, given what the process takes without one. */
export function limitFor(memoryMb: number, dataMb: number): number {
  return Math.ceil(dataMb + SCRIPT_MB + memoryMb);
}

/**
 * First a shell in the background that holds the end of a pipe from us: when it breaks, the agent is gone, and the
 * model must not compute for ever. Then the limit, then Node in the place of the first shell.
 * The limit is that of private writable memory (RLIMIT_DATA, Linux ≥ 4.7): address space (`ulimit -v`) would count the
 * gigabytes that V8 reserves and never touches, as many as it is allowed to.
 */
const SCRIPT = `
exec 4<&0
( read -r over <&4 || kill -9 $$ ) </dev/null 2>/dev/null 3>&- &
ulimit -d "$0"
exec "$1" "$2" </dev/null 4<&-`;

/** Nothing of our environment goes with it. */
function spawnWatched(limitMb: number | undefined): ChildProcess {
  const limitKb = limitMb === undefined ? 'unlimited' : String(limitMb * 1024);
  const child = spawn('/bin/sh', ['-c', SCRIPT, limitKb, process.execPath, MAIN], {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // One malloc arena: those of threads come and go by chance, and so would the limit.
    env: { MALLOC_ARENA_MAX: '1' },
  });
  // The pipe breaks when the process dies first; that is told by its exit.
  child.stdin?.on('error', () => undefined);
  return child;
}

function endingOf(message: unknown): Ending {
  const parsed = trialReply.safeParse(message);
  return { reply: parsed.success ? parsed.data : { type: 'failed', detail: 'the trial process answered nonsense' } };
}

function resultOf(reply: TrialReply): TrialResult {
  if (reply.type === 'scored') {
    const { scores, loadMs, runMs, peakMb } = reply;
    return { ok: true, scores, loadMs, runMs, peakMb };
  }
  return { ok: false, reason: 'failed', detail: reply.type === 'failed' ? reply.detail : 'answered out of turn' };
}

/** The last words of a process that dies; all else it writes is dropped. */
function collectTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-MAX_DETAIL);
  });
  return () => tail.trim();
}
