import type { Chance } from './chance.ts';

/** Files below Store and Files: what was written is there for the process, and on the medium only after `sync`. */
export interface Disk {
  read(path: string): Uint8Array | undefined;
  /** Every path that begins so. */
  paths(prefix?: string): string[];
  /** Grows the file; bytes between its end and `offset` are zero. */
  write(path: string, offset: number, bytes: Uint8Array): void;
  /** What was written to this path, its name and its removal, survive a power cut from here on. */
  sync(path: string): void;
  /** A file, or everything below a folder. */
  remove(path: string): void;
  /**
   * The power goes. Of what was not synced each file keeps nothing, all, the first part with its last write torn, or
   * some writes and zeros for the others: file systems promise no more.
   */
  crash(chance: Chance): void;
  /** Flips one bit on the medium and in memory: worn flash. @returns false when there is no such byte */
  rot(path: string, at: number): boolean;
}

type Op = { offset: number; bytes: Uint8Array } | 'remove';

interface FileState {
  cached: Buffer | undefined;
  durable: Buffer | undefined;
  pending: Op[];
}

interface Buffer {
  bytes: Uint8Array;
  length: number;
}

export function createDisk(): Disk {
  const files = new Map<string, FileState>();
  const stateOf = (path: string): FileState => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const fresh: FileState = { cached: undefined, durable: undefined, pending: [] };
    files.set(path, fresh);
    return fresh;
  };

  return {
    read(path) {
      const cached = files.get(path)?.cached;
      return cached?.bytes.slice(0, cached.length);
    },
    paths: (prefix = '') =>
      [...files].filter(([path, { cached }]) => cached !== undefined && path.startsWith(prefix)).map(([path]) => path),
    write(path, offset, bytes) {
      const state = stateOf(path);
      const op = { offset, bytes: bytes.slice() };
      state.cached = applied(state.cached, op);
      state.pending.push(op);
    },
    sync(path) {
      const state = files.get(path);
      if (state === undefined) return;
      for (const op of state.pending) state.durable = applied(state.durable, op);
      state.pending = [];
      if (state.durable === undefined && state.cached === undefined) files.delete(path);
    },
    remove(path) {
      for (const [name, state] of files) {
        if ((name !== path && !name.startsWith(`${path}/`)) || state.cached === undefined) continue;
        state.cached = undefined;
        state.pending.push('remove');
      }
    },
    crash(chance) {
      for (const [path, state] of files) {
        for (const op of survivors(state.pending, chance)) state.durable = applied(state.durable, op);
        state.pending = [];
        state.cached = state.durable && copyOf(state.durable);
        if (state.durable === undefined) files.delete(path);
      }
    },
    rot(path, at) {
      const state = files.get(path);
      if (state?.cached === undefined || at >= state.cached.length) return false;
      for (const buffer of [state.cached, state.durable]) {
        if (buffer !== undefined && at < buffer.length) buffer.bytes[at] = (buffer.bytes[at] ?? 0) ^ 1;
      }
      return true;
    },
  };
}

/** What a power cut leaves of writes nobody had synced. */
function survivors(pending: readonly Op[], chance: Chance): Op[] {
  if (pending.length === 0) return [];
  const fate = chance.pick(['nothing', 'all', 'torn', 'torn', 'scattered']);
  if (fate === 'nothing') return [];
  if (fate === 'all') return [...pending];
  if (fate === 'torn') {
    const whole = chance.integer(0, pending.length - 1);
    return [...pending.slice(0, whole), ...torn(pending[whole], chance)];
  }
  // The length of the file may have reached the medium before its bytes did.
  return pending.map((op) =>
    op === 'remove' || chance.happens(0.5) ? op : { offset: op.offset, bytes: new Uint8Array(op.bytes.length) },
  );
}

function torn(op: Op | undefined, chance: Chance): Op[] {
  if (op === undefined || op === 'remove') return [];
  return [{ offset: op.offset, bytes: op.bytes.slice(0, chance.integer(0, op.bytes.length)) }];
}

function applied(buffer: Buffer | undefined, op: Op): Buffer | undefined {
  if (op === 'remove') return undefined;
  const end = op.offset + op.bytes.length;
  const grown = grownTo(buffer ?? { bytes: new Uint8Array(), length: 0 }, end);
  grown.bytes.set(op.bytes, op.offset);
  return grown;
}

/** Room is doubled, so that a file that is appended to costs no copy each time. */
function grownTo(buffer: Buffer, length: number): Buffer {
  if (length > buffer.bytes.length) {
    const bytes = new Uint8Array(Math.max(length, 2 * buffer.bytes.length));
    bytes.set(buffer.bytes.subarray(0, buffer.length));
    buffer.bytes = bytes;
  }
  buffer.length = Math.max(buffer.length, length);
  return buffer;
}

function copyOf({ bytes, length }: Buffer): Buffer {
  return { bytes: bytes.slice(0, length), length };
}
