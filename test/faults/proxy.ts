import { connect, createServer, type Socket } from 'node:net';
import type { Random } from '@plumbline/shared/ports';
import { listening } from '../harness/network/index.ts';

/** What can become of a connection on its way. */
export const FAULTS = [
  // Ends it properly, or by RST.
  'cut',
  'reset',
  // Nothing is handed on any more, and nobody is told.
  'half-open',
  'delay',
  'bandwidth',
  // One bit of a byte is turned.
  'corrupt',
  // A part of what was being handed on, then nothing more.
  'cut mid-frame',
  // 100 B/s.
  'drip',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultProxy extends AsyncDisposable {
  port: number;
  /** Connections by what was done to them; `none` for those that were left alone. */
  counts: Map<Fault | 'none', number>;
  /** From now on connections are left alone; those that are slow are let go, half-open ones stay as they are. */
  heal(): void;
  /** What every connection suffers from now on, those of the moment excepted. */
  only(fault: Fault | undefined): void;
  /** Bytes handed on to clients. */
  handedDown(): number;
}

export interface FaultProxyOptions {
  upstreamPort: number;
  random: Random;
  /** Drawn evenly for each connection. */
  faults: readonly Fault[];
  /** A fault strikes within this time after the connection was made. */
  strikesWithinMs?: number;
  /** A line that is only slow ends after so long, so that another one can suffer something else. */
  slowForMs?: number;
}

const SLOW: ReadonlySet<Fault | 'none'> = new Set<Fault>(['delay', 'bandwidth', 'drip']);

/** One connection and its fate. */
interface Way {
  fault: Fault | 'none';
  struck: boolean;
  strikeAt: number;
}

const DRIP = { bytes: 10, everyMs: 100 };
/** A bad line of a site: some KB a second. */
const NARROW = { bytes: 2048, everyMs: 100 };
const MAX_DELAY_MS = 400;

/** A TCP proxy on a real socket that does to each connection what the seed draws. It never looks into the bytes. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { upstreamPort, random, strikesWithinMs = 1500, slowForMs = 10_000 } = options;
  const counts = new Map<Fault | 'none', number>();
  const sockets = new Set<Socket>();
  /** Ends what a fault does to a connection that it keeps alive. */
  const mends = new Set<() => void>();
  let faults = options.faults;
  let healed = false;
  let down = 0;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: upstreamPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, upstream] as const;
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    const fault =
      healed || faults.length === 0 ? 'none' : (faults[Math.floor(random.next() * faults.length)] ?? 'none');
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    const way: Way = { fault, struck: false, strikeAt: performance.now() + random.next() * strikesWithinMs };
    const ended = (from: Socket, to: Socket) => {
      sockets.delete(from);
      // A line that is half open tells neither side that the other has gone.
      if (!(way.fault === 'half-open' && way.struck)) to.destroy();
    };
    if (SLOW.has(fault)) {
      void pause(slowForMs, mends).then(() => {
        if (!healed) client.resetAndDestroy();
      });
    }
    client.on('close', () => ended(client, upstream));
    upstream.on('close', () => ended(upstream, client));
    forward(client, upstream, way, false);
    forward(upstream, client, way, true);
  });

  const forward = (from: Socket, to: Socket, way: Way, isDown: boolean) => {
    const pass = (bytes: Buffer) => {
      if (to.destroyed) return;
      if (isDown) down += bytes.length;
      if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    };
    let waiting = Promise.resolve();
    const later = (bytes: Buffer, pace: { bytes: number; everyMs: number }) => {
      from.pause();
      waiting = waiting.then(async () => {
        for (let at = 0; at < bytes.length && !to.destroyed; at += pace.bytes) {
          if (healed) return pass(bytes.subarray(at));
          pass(bytes.subarray(at, at + pace.bytes));
          await pause(pace.everyMs, mends);
        }
        from.resume();
      });
    };
    from.on('end', () => {
      if (!(way.fault === 'half-open' && way.struck)) void waiting.then(() => to.end());
    });
    from.on('data', (bytes: Buffer) => {
      const strikes = performance.now() >= way.strikeAt;
      switch (way.fault) {
        case 'none':
          return pass(bytes);
        case 'drip':
        case 'bandwidth':
          return healed ? pass(bytes) : later(bytes, way.fault === 'drip' ? DRIP : NARROW);
        case 'delay':
          return healed ? pass(bytes) : later(bytes, { bytes: bytes.length, everyMs: random.next() * MAX_DELAY_MS });
        case 'half-open':
          if (strikes) way.struck = true;
          return way.struck ? undefined : pass(bytes);
        case 'corrupt':
          if (strikes && !way.struck) {
            way.struck = true;
            return pass(withOneBitTurned(bytes, random));
          }
          return pass(bytes);
        case 'cut mid-frame':
          if (!strikes) return pass(bytes);
          pass(bytes.subarray(0, Math.floor(random.next() * bytes.length)));
          from.end();
          return void to.end(() => from.destroy());
        case 'cut':
          if (!strikes) return pass(bytes);
          from.destroy();
          return void to.destroy();
        case 'reset':
          if (!strikes) return pass(bytes);
          from.resetAndDestroy();
          return void to.resetAndDestroy();
      }
    });
  };

  return {
    port: await listening(server),
    counts,
    heal() {
      healed = true;
      for (const mend of mends) mend();
    },
    only(fault) {
      faults = fault === undefined ? [] : [fault];
    },
    handedDown: () => down,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function withOneBitTurned(bytes: Buffer, random: Random): Buffer {
  const turned = Buffer.from(bytes);
  const at = Math.floor(random.next() * turned.length);
  turned[at] = (turned[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
  return turned;
}

/** Waits, or until the proxy is healed. */
function pause(ms: number, mends: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      mends.delete(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    mends.add(done);
  });
}
