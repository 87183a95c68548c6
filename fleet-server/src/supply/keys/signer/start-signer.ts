import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { KEY_ERROR_CODES, KeyError } from '../errors.ts';
import { connectDesk } from './connect.ts';
import type { Desk } from '../desk/desk.ts';
import { checkSocketPath } from './socket-path.ts';

const MAIN = fileURLToPath(new URL('signer-main.ts', import.meta.url));
const RESTART_MS = { first: 100, most: 5000 };
const END_MS = 5000;

/** A desk whose signer is a child of this process. */
export interface SupervisedDesk extends Desk {
  /** Of the child that answers now; another one after it died and was started again. */
  readonly signerPid: number | undefined;
}

/**
 * Starts a signer process on these keys and connects to it. When it dies it is started again, and requests wait for
 * it; it ends when this process ends, however that happens.
 * @throws KeyError what kept the signer from starting: `keys_missing`, `keys_disagree`, `passphrase_needed` …
 */
export async function startSigner(keysFolder: string, socketPath: string): Promise<SupervisedDesk> {
  checkSocketPath(socketPath);
  const ending = new AbortController();
  let child = await startChild(keysFolder, socketPath);
  const supervise = async () => {
    let pauseMs = RESTART_MS.first;
    while (!ending.signal.aborted) {
      const startedAt = Date.now();
      await ended(child);
      if (Date.now() - startedAt > RESTART_MS.most) pauseMs = RESTART_MS.first;
      await wait(pauseMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, RESTART_MS.most);
      if (ending.signal.aborted) return;
      // A start that fails looks like a child that has ended: the next turn tries again.
      child = await startChild(keysFolder, socketPath).catch(() => child);
      if (ending.signal.aborted) await endChild(child);
    }
  };
  const supervised = supervise();
  const stop = async () => {
    ending.abort();
    await endChild(child);
    await supervised;
  };
  try {
    const desk = await connectDesk(socketPath);
    return {
      ...desk,
      get signerPid() {
        return child.exitCode === null && child.signalCode === null ? child.pid : undefined;
      },
      async close() {
        await desk.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when the child answers. */
async function startChild(keysFolder: string, socketPath: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, '--keys', keysFolder, '--socket', socketPath], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Writing to a child that is gone is no fault: its end is noticed by `exit`.
  child.stdin.on('error', () => undefined);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  const ready = once(child.stdout, 'data').then(() => true);
  if (await Promise.race([ready, ended(child).then(() => false)])) return child;
  throw reasonOf(said);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  const late = new AbortController();
  const killed = wait(END_MS, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await ended(child);
  late.abort();
  await killed;
}

const refusal = z.object({
  error: z.object({
    code: z.enum(KEY_ERROR_CODES),
    message: z.string(),
    field: z.string().optional(),
    expected: z.string().optional(),
  }),
});

/** The child's last line is its error as JSON; anything else stays unsaid, since it could hold anything. */
function reasonOf(said: string): KeyError {
  const last = said.trim().split('\n').at(-1) ?? '';
  try {
    const { code, message, field, expected } = refusal.parse(JSON.parse(last)).error;
    return new KeyError(code, message, {
      kind: 'unavailable',
      ...(field === undefined ? {} : { field }),
      ...(expected === undefined ? {} : { expected }),
    });
  } catch {
    return new KeyError('signer_unavailable', 'the signer process could not be started', { kind: 'unavailable' });
  }
}
