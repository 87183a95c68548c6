import type { Socket } from 'node:net';
import type { Clock } from '@plumbline/shared/ports';

/** A token bucket: `burst` at once, then `perSecond`. */
export interface Rate {
  burst: number;
  perSecond: number;
}

export interface GateLimits {
  /** New connections from one address; of IPv6 the network of 64 bits, which one customer has to himself. */
  perAddress: Rate;
  /** New connections from everywhere. */
  overall: Rate;
  /** Connections that are not let in yet; one more pushes out the oldest. */
  maxHalfOpen: number;
  /** From the end of the handshake to the broker's consent. */
  connectTimeoutMs: number;
  /** TLS or HTTP, before that. */
  handshakeTimeoutMs: number;
  /** What a WebSocket may send before it is let in: a message is whole before anybody can judge it. */
  maxStrangerBytes: number;
}

export const GATE_LIMITS: GateLimits = {
  perAddress: { burst: 500, perSecond: 50 },
  overall: { burst: 5_000, perSecond: 1_000 },
  maxHalfOpen: 1_000,
  connectTimeoutMs: 5_000,
  handshakeTimeoutMs: 10_000,
  maxStrangerBytes: 64 * 1024,
};

/** Watches over connections until the broker lets them in. */
export interface Gate {
  /** Counts a new connection against the rates; false when it must be closed. Asking again changes nothing. */
  accept(socket: Socket): boolean;
  /** The handshake is done; now a CONNECT is waited for, on the socket itself or `wrapped`. False as above. */
  enter(socket: Socket, wrapped: boolean): boolean;
  admit(socket: Socket): void;
  halfOpen(): number;
}

/** Buckets of addresses are looked through for full ones, which say nothing, when there are so many. */
const SWEEP_AT = 10_000;

export function createGate(limits: GateLimits, clock: Clock, tell: (error: Error, socket: Socket) => void): Gate {
  const overall = createBucket(limits.overall, clock);
  const addresses = new Map<string, Bucket>();
  // In the order they came; keyed by the peer's address and port, which a socket and the TLS around it share.
  const waiting = new Map<string, { socket: Socket; takeBack: () => void }>();

  let sweptAt = -Infinity;
  const bucketOf = (address: string): Bucket => {
    const known = addresses.get(address);
    if (known !== undefined) return known;
    if (addresses.size >= SWEEP_AT && clock.now() - sweptAt >= 1_000) {
      sweptAt = clock.now();
      for (const [other, bucket] of addresses) if (bucket.isFull()) addresses.delete(other);
    }
    const bucket = createBucket(limits.perAddress, clock);
    addresses.set(address, bucket);
    return bucket;
  };

  const close = (key: string, reason: string) => {
    const found = waiting.get(key);
    if (found === undefined) return;
    forget(key);
    const error = new Error(`refused: ${reason}`);
    tell(error, found.socket);
    found.socket.destroy();
  };

  // One line a second: a flood of connections must not become a flood of words.
  let untold = 0;
  let toldAt = -Infinity;
  const tellOfFlood = (socket: Socket) => {
    untold += 1;
    if (clock.now() - toldAt < 1_000) return;
    tell(new Error(`refused: ${untold} connection${untold === 1 ? '' : 's'} too many in a short time`), socket);
    untold = 0;
    toldAt = clock.now();
  };

  const forget = (key: string) => {
    waiting.get(key)?.takeBack();
    waiting.delete(key);
  };

  const wait = (socket: Socket, key: string, timeoutMs: number, reason: string) => {
    waiting.get(key)?.takeBack();
    waiting.set(key, { socket, takeBack: clock.after(timeoutMs, () => close(key, reason)) });
  };

  const countBytes = (socket: Socket, key: string) => {
    const before = socket.bytesRead;
    const count = () => {
      if (!waiting.has(key)) socket.off('data', count);
      else if (socket.bytesRead - before > limits.maxStrangerBytes) close(key, 'too much before the CONNECT');
    };
    socket.on('data', count);
  };

  const accept = (socket: Socket): boolean => {
    const key = keyOf(socket);
    if (key === undefined) return false;
    if (waiting.has(key)) return true;
    // An address that comes too often uses up its own tokens, not everybody's; and a flood from many makes no buckets.
    if (!overall.has() || !bucketOf(networkOf(socket.remoteAddress ?? '')).take() || !overall.take()) {
      tellOfFlood(socket);
      return false;
    }
    const [oldest] = waiting.keys();
    if (oldest !== undefined && waiting.size >= limits.maxHalfOpen) close(oldest, 'too many half-open connections');
    wait(socket, key, limits.handshakeTimeoutMs, 'no handshake in time');
    socket.once('close', () => forget(key));
    return true;
  };

  return {
    accept,
    enter(socket, wrapped) {
      const key = keyOf(socket);
      if (key === undefined || !accept(socket)) return false;
      wait(socket, key, limits.connectTimeoutMs, 'no CONNECT in time');
      if (wrapped) countBytes(socket, key);
      return true;
    },
    admit(socket) {
      const key = keyOf(socket);
      if (key !== undefined) forget(key);
    },
    halfOpen: () => waiting.size,
  };
}

interface Bucket {
  has(): boolean;
  take(): boolean;
  isFull(): boolean;
}

function createBucket({ burst, perSecond }: Rate, clock: Clock): Bucket {
  let tokens = burst;
  let at = clock.now();
  const refill = () => {
    // A clock that goes back gives nothing and takes nothing.
    const now = clock.now();
    tokens = Math.min(burst, tokens + (Math.max(0, now - at) / 1_000) * perSecond);
    at = now;
  };
  const has = () => {
    refill();
    return tokens >= 1;
  };
  return {
    has,
    take() {
      if (!has()) return false;
      tokens -= 1;
      return true;
    },
    isFull() {
      refill();
      return tokens === burst;
    },
  };
}

/** Undefined for a connection that is gone already. */
function keyOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/** The address whose connections count together. */
export function networkOf(address: string): string {
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4 !== undefined || !address.includes(':')) return ipv4 ?? address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':');
}
