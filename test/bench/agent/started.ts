import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** As the unit of the agent starts Node. */
export const NODE_FLAGS = ['--max-old-space-size=160', '--max-semi-space-size=2'];

export interface Started {
  /** From the start of the process to its first answer, ms. */
  coldMs: number;
  /** What all its threads computed until then, ms: what other work on the machine does not change. */
  cpuMs: number;
  /** Resident memory a while after that, 2^20 bytes; `anonMb` is the part that is not shared with files on disk. */
  rssMb: number;
  anonMb: number;
}

export interface StartOptions {
  args: readonly string[];
  /** What is asked first. */
  record: object;
  environment?: Record<string, string>;
  /** Resolves when it is as it shall be measured. */
  settled?: (url: string) => Promise<void>;
}

const SETTLE_MS = 1500;
const MORE_CALLS = 20;

/** Starts a process, asks it once as soon as it listens, then more often, and looks at its memory. */
export async function measureStart({ args, record, environment = {}, settled }: StartOptions): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  try {
    const url = await firstLine(child, errors);
    await ask(url, record);
    const coldMs = performance.now() - startedAt;
    const cpuMs = cpuOf(child.pid ?? 0);
    for (let call = 0; call < MORE_CALLS; call += 1) await ask(url, record);
    await settled?.(url);
    await pause(SETTLE_MS);
    return { coldMs, cpuMs, ...memoryOf(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
}

async function firstLine(child: ChildProcess, errors: string[]): Promise<string> {
  const ended = once(child, 'close').then(() => Promise.reject(new Error(errors.join(''))));
  const [text]: unknown[] = await Promise.race([once(child.stdout!, 'data'), ended]);
  void ended.catch(() => undefined);
  return (JSON.parse(String(text)) as { listening: string }).listening;
}

async function ask(url: string, record: object): Promise<void> {
  const response = await fetch(new URL('/v1/predict', url), {
    method: 'POST',
    body: JSON.stringify(record),
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

function memoryOf(pid: number): { rssMb: number; anonMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024;
  return { rssMb: of('VmRSS'), anonMb: of('RssAnon') };
}

const TICK_MS = 10;

/** User and system time of a process, proc(5), in ticks of 10 ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
