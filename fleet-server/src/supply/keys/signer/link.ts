import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { KeyError } from '../errors.ts';
import { createFrameReader, encodeFrame } from './frames.ts';
import { answer, errorOf, type Question } from './messages.ts';

interface Pending {
  id: number;
  frame: Buffer;
  deadline: number;
  resolve(value: unknown): void;
  reject(error: KeyError): void;
}

/** Requests through one socket, many at a time. */
export interface Link {
  ask(question: Question): Promise<unknown>;
  close(): void;
}

const IN_FLIGHT = 256;
const MAX_WAITING = 16_384;
const RECONNECT_MS = { first: 20, most: 1000 };

/**
 * Holds a connection to a signer and makes it again when it breaks. What was asked and not answered is asked once more:
 * signatures are deterministic, and a certificate that nobody received harms nobody.
 * A request that found no answer in `timeoutMs` fails with `signer_unavailable`.
 */
export function openLink(socketPath: string, timeoutMs: number): Link {
  const waiting: Pending[] = [];
  const inFlight = new Map<number, Pending>();
  let socket: Socket | undefined;
  let nextId = 0;
  const ended = new AbortController();
  const { signal } = ended;
  let flushing = false;
  let clock: NodeJS.Timeout | undefined;

  const flush = () => {
    flushing = false;
    if (socket === undefined) return;
    const batch = waiting.splice(0, Math.max(0, IN_FLIGHT - inFlight.size));
    if (batch.length === 0) return;
    for (const one of batch) inFlight.set(one.id, one);
    socket.write(Buffer.concat(batch.map((one) => one.frame)));
  };
  // Requests of one turn of the event loop leave in one write.
  const flushSoon = () => {
    if (flushing) return;
    flushing = true;
    setImmediate(flush);
  };
  const take = (message: unknown) => {
    const said = answer.parse(message);
    const pending = inFlight.get(said.id);
    if (pending === undefined) return;
    inFlight.delete(said.id);
    if ('error' in said) pending.reject(errorOf(said.error));
    else pending.resolve(said.ok);
  };
  const expire = () => {
    const now = Date.now();
    for (const one of [...inFlight.values(), ...waiting]) {
      if (one.deadline > now) break;
      inFlight.delete(one.id);
      if (waiting[0] === one) waiting.shift();
      one.reject(unavailable(socketPath));
    }
    if (inFlight.size + waiting.length === 0) {
      clearInterval(clock);
      clock = undefined;
    }
  };
  // A connection that was given up says so once more when it has closed; by then another one may stand.
  const lost = (gone: Socket | undefined) => {
    if (gone === undefined || socket !== gone) return;
    gone.destroy();
    socket = undefined;
    waiting.unshift(...inFlight.values());
    inFlight.clear();
    if (!signal.aborted) void reconnect();
  };
  const reconnect = async () => {
    for (let pause = RECONNECT_MS.first; !signal.aborted; pause = Math.min(pause * 2, RECONNECT_MS.most)) {
      socket = await dial(socketPath);
      if (socket !== undefined) break;
      await wait(pause, undefined, { ref: false, signal }).catch(() => undefined);
    }
    const made = socket;
    if (made === undefined) return;
    if (signal.aborted) return lost(made);
    const read = createFrameReader();
    made.on('data', (chunk: Buffer) => {
      try {
        for (const message of read(chunk)) take(message);
        flush();
      } catch {
        lost(made);
      }
    });
    made.on('close', () => lost(made));
    flush();
  };
  void reconnect();

  return {
    ask(question) {
      if (signal.aborted) return Promise.reject(unavailable(socketPath));
      if (waiting.length >= MAX_WAITING) {
        return Promise.reject(
          new KeyError('signer_busy', `signer: ${waiting.length} requests wait`, { kind: 'unavailable' }),
        );
      }
      return new Promise((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        waiting.push({
          id,
          frame: encodeFrame({ id, ...question }),
          deadline: Date.now() + timeoutMs,
          resolve,
          reject,
        });
        clock ??= setInterval(expire, Math.min(timeoutMs, 250));
        flushSoon();
      });
    },
    close() {
      ended.abort();
      lost(socket);
      clearInterval(clock);
      for (const one of waiting.splice(0)) one.reject(unavailable(socketPath));
    },
  };
}

function dial(path: string): Promise<Socket | undefined> {
  return new Promise((settle) => {
    const socket = connect(path);
    const failed = () => settle(undefined);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      // What follows an error is `close`, and that is what is listened to.
      socket.on('error', () => undefined);
      settle(socket);
    });
  });
}

function unavailable(path: string): KeyError {
  return new KeyError('signer_unavailable', `${path}: no signer answers`, {
    kind: 'unavailable',
    field: 'socket',
    expected: 'a running `plumbline signer`',
  });
}
