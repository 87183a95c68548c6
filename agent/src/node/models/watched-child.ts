import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ZodType } from 'zod';
import { NodeAgentError } from '../errors.ts';
import { hostReply } from './child-protocol.ts';
import { MAX_DETAIL } from './child-side.ts';

const READY_WITHIN_MS = 60_000;

/** A program that runs models nobody trusts: its entry, words for its command line, and what it may answer. */
export interface ChildProgram<Reply> {
  main: URL;
  args?: readonly string[];
  reply: ZodType<Reply>;
}

export type ChildFailure = { ok: false; reason: 'crashed' | 'timed_out' | 'failed'; detail: string };
export type Answer<Reply> = { ok: true; reply: Reply } | ChildFailure;

export interface WatchedChild<Reply> {
  readonly pid: number;
  /** What Node and the runtime had allocated before any model, 2^20 bytes. */
  readonly dataMb: number;
  readonly alive: boolean;
  /** One question at a time. The deadline counts from here: starting the process is not the model's fault. */
  ask(question: object, withinMs: number): Promise<Answer<Reply>>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

type Ending = { message: unknown } | { exit: string } | { late: true };

/**
 * @param limitMb what the process may allocate in all; undefined for one that meets no model
 * @throws NodeAgentError `trial_unavailable`: the machine could not start the process, which says nothing of a model
 */
export async function startWatchedChild<Reply>(
  program: ChildProgram<Reply>,
  limitMb: number | undefined,
): Promise<WatchedChild<Reply>> {
  const child = spawnWatched(program, limitMb);
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
      const listen = (message: unknown) => resolve({ message });
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
  const ready = 'message' in first ? hostReply.safeParse(first.message).data : undefined;
  if (ready?.type !== 'ready') {
    await kill();
    throw new NodeAgentError('trial_unavailable', `the trial process did not start: ${await exited} ${lastWords()}`, {
      kind: 'unavailable',
    });
  }
  return {
    pid: child.pid ?? 0,
    dataMb: ready.dataMb,
    get alive() {
      return alive;
    },
    async ask(question, withinMs) {
      const startedAt = performance.now();
      child.send(question, () => undefined);
      const ending = await nextEnding(withinMs);
      // A reply that was already on its way when the timer should have fired is late all the same.
      if ('late' in ending || performance.now() - startedAt > withinMs) {
        await kill();
        return { ok: false, reason: 'timed_out', detail: `no answer within ${withinMs} ms` };
      }
      if ('exit' in ending) return { ok: false, reason: 'crashed', detail: `${ending.exit} ${lastWords()}`.trim() };
      return answerOf(program.reply, ending.message);
    },
    kill,
  };
}

/**
 * First a shell in the background that holds the end of a pipe from us: when it breaks, the parent is gone, and the
 * model must not compute for ever. Then the limit, then Node in the place of the first shell.
 * The limit is that of private writable memory (RLIMIT_DATA, Linux ≥ 4.7): address space (`ulimit -v`) would count the
 * gigabytes that V8 reserves and never touches, as many as it is allowed to.
 */
const SCRIPT = `
exec 4<&0
( read -r over <&4 || kill -9 $$ ) </dev/null 2>/dev/null 3>&- &
ulimit -d "$0"
exec "$@" </dev/null 4<&-`;

/** Nothing of our environment goes with it. */
function spawnWatched({ main, args = [] }: ChildProgram<unknown>, limitMb: number | undefined): ChildProcess {
  const limitKb = limitMb === undefined ? 'unlimited' : String(limitMb * 1024);
  const child = spawn('/bin/sh', ['-c', SCRIPT, limitKb, process.execPath, fileURLToPath(main), ...args], {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // One malloc arena: those of threads come and go by chance, and so would the limit.
    env: { MALLOC_ARENA_MAX: '1' },
  });
  // The pipe breaks when the process dies first; that is told by its exit.
  child.stdin?.on('error', () => undefined);
  return child;
}

function answerOf<Reply>(schema: ZodType<Reply>, message: unknown): Answer<Reply> {
  const ofHost = hostReply.safeParse(message);
  if (ofHost.success) return failed(ofHost.data.type === 'failed' ? ofHost.data.detail : 'answered out of turn');
  const parsed = schema.safeParse(message);
  return parsed.success ? { ok: true, reply: parsed.data } : failed('the trial process answered nonsense');
}

function failed(detail: string): ChildFailure {
  return { ok: false, reason: 'failed', detail };
}

/** The last words of a process that dies; all else it writes is dropped. */
function collectTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-MAX_DETAIL);
  });
  return () => tail.trim();
}
