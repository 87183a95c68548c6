import { mkdirSync, openSync, closeSync, writeSync, ftruncateSync, rmSync, renameSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One call that changed the disk, or made it durable; `path` is relative to the folder that was recorded. */
export type DiskCall =
  | { op: 'write'; path: string; offset: number; bytes: Buffer }
  | { op: 'sync'; path: string }
  | { op: 'truncate'; path: string; length: number }
  | { op: 'create' | 'remove' | 'folder'; path: string }
  | { op: 'rename'; path: string; to: string }
  /** The caller was told that what goes under this reference is kept. */
  | { op: 'promise'; ref: string };

/** What strace is asked to write down, with bytes in hexadecimal and the path of each descriptor. */
export const STRACE = [
  '-f',
  '-y',
  '-xx',
  '-s',
  '2000000',
  '-e',
  'trace=openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,rmdir,mkdir',
];

/**
 * Reads a record of strace. Threads interleave: a call that was interrupted by another counts where it was resumed,
 * because only then it had happened.
 */
export function readTrace(text: string, folder: string, promises: string): DiskCall[] {
  const calls: DiskCall[] = [];
  const unfinished = new Map<string, string>();
  const ends = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const begun = / <unfinished \.\.\.>$/.exec(rest);
    if (begun) {
      unfinished.set(pid, rest.slice(0, begun.index));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    const call = resumed ? (unfinished.get(pid) ?? '') + rest.slice(resumed[0].length) : rest;
    const done = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(call);
    if (done === null || Number(done[3]) < 0) continue;
    const [, name = '', args = '', result = '0'] = done;
    calls.push(...callsOf(name, args, Number(result), { folder, promises, ends }));
  }
  return calls;
}

interface Where {
  folder: string;
  promises: string;
  /** Where a file ends that is written without naming a place. */
  ends: Map<string, number>;
}

function callsOf(name: string, args: string, result: number, where: Where): DiskCall[] {
  const { folder, promises, ends } = where;
  const inside = (path: string) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined);
  const descriptor = textOf(/^\d+<([^>]*)>/.exec(args)?.[1]);
  const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex));
  if (name === 'write' && descriptor === promises) {
    return [{ op: 'promise', ref: strings[0]?.toString().trim() ?? '' }];
  }
  if (['rename', 'unlink', 'rmdir', 'mkdir', 'openat'].includes(name)) {
    const [path, to] = strings.map((one) => inside(one.toString()));
    if (path === undefined) return [];
    if (name === 'rename') return to === undefined ? [] : [{ op: 'rename', path, to }];
    if (name === 'openat') {
      if (args.includes('O_TRUNC')) ends.set(path, 0);
      if (!args.includes('O_CREAT')) return [];
      return [
        { op: 'create', path },
        ...(args.includes('O_TRUNC') ? [{ op: 'truncate', path, length: 0 } as const] : []),
      ];
    }
    return [{ op: name === 'mkdir' ? 'folder' : 'remove', path }];
  }
  const path = descriptor === undefined ? undefined : inside(descriptor);
  if (path === undefined) return [];
  switch (name) {
    case 'fsync':
    case 'fdatasync':
      return [{ op: 'sync', path }];
    case 'ftruncate':
      return [{ op: 'truncate', path, length: Number(/,\s*(\d+)$/.exec(args)?.[1]) }];
    case 'pwrite64': {
      const offset = Number(/,\s*(\d+)$/.exec(args)?.[1]);
      return [{ op: 'write', path, offset, bytes: (strings.at(-1) ?? Buffer.alloc(0)).subarray(0, result) }];
    }
    case 'write': {
      const offset = ends.get(path) ?? 0;
      ends.set(path, offset + result);
      return [{ op: 'write', path, offset, bytes: (strings.at(-1) ?? Buffer.alloc(0)).subarray(0, result) }];
    }
    default:
      return [];
  }
}

/** strace writes a path as it writes bytes: all in hexadecimal. */
function textOf(hex: string | undefined): string | undefined {
  return hex?.includes('\\x') ? bytesOf(hex).toString() : hex;
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

/**
 * What of these calls a disk without power may hold: everything, or only what was synced, and of the last write of each
 * file that was not, a torn part.
 */
export function survivors(calls: readonly DiskCall[], kind: 'all' | 'synced', tornShare: number): DiskCall[] {
  if (kind === 'all') return [...calls];
  const syncedAt = new Map<string, number>();
  calls.forEach((call, i) => {
    if (call.op === 'sync') syncedAt.set(call.path, i);
  });
  const lastWrite = calls.findLastIndex((call) => call.op === 'write');
  return calls.flatMap((call, i): DiskCall[] => {
    // Names are kept in order by the journals of the file systems of a gateway; what lies behind them is not.
    if (call.op !== 'write' || i < (syncedAt.get(call.path) ?? -1)) return [call];
    return i === lastWrite
      ? [{ ...call, bytes: call.bytes.subarray(0, Math.floor(call.bytes.length * tornShare)) }]
      : [];
  });
}

/** Does the calls again in a folder that holds what the recorded one held before. */
export function replay(calls: readonly DiskCall[], folder: string): void {
  const open = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    return openSync(join(folder, path), existsSync(join(folder, path)) ? 'r+' : 'w+', 0o600);
  };
  for (const call of calls) {
    switch (call.op) {
      case 'write':
      case 'truncate':
      case 'create': {
        const file = open(call.path);
        if (call.op === 'write') writeSync(file, call.bytes, 0, call.bytes.length, call.offset);
        if (call.op === 'truncate') ftruncateSync(file, call.length);
        closeSync(file);
        break;
      }
      case 'remove':
        rmSync(join(folder, call.path), { recursive: true, force: true });
        break;
      case 'folder':
        mkdirSync(join(folder, call.path), { recursive: true, mode: 0o700 });
        break;
      case 'rename':
        renameSync(join(folder, call.path), join(folder, call.to));
        break;
      case 'sync':
      case 'promise':
        break;
    }
  }
}
