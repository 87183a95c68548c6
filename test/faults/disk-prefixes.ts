import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProcessTrial, openSqliteStore } from '@plumbline/agent/node';
import type { Random } from '@plumbline/shared/ports';
import { createFleet, startDevice, tinyModel } from '../harness/index.ts';
import { firstExecutable, type Found } from '../harness/services/child.ts';
import { readTrace, replay, STRACE, survivors, type DiskCall } from './disk-trace.ts';

const MAIN = fileURLToPath(new URL('./disk-trace-main.ts', import.meta.url));
const LINE = 'delay';

export function findStrace(): Found<string> {
  const service = firstExecutable((process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'strace')));
  return service === undefined ? { service: null, reason: 'strace is not installed' } : { service };
}

export interface DiskRecord extends AsyncDisposable {
  calls: readonly DiskCall[];
  /**
   * Starts an agent without a network on what the disk may hold after the first `length` calls.
   * @returns what is wrong with it; nothing when it holds what it must
   */
  startAfter(length: number, kind: 'all' | 'synced'): Promise<string[]>;
}

/**
 * The calls that a gateway made while it installed a release and kept outcomes, as strace saw them, and the folder as it
 * was before. The server is gone by the time this resolves.
 */
export async function recordDisk(strace: string, random: Random): Promise<DiskRecord> {
  const world = await mkdtemp(join(tmpdir(), 'plumbline-trace-'));
  const [folder, base] = [join(world, 'gateway-1'), join(world, 'base')];
  const [trace, promises] = [join(world, 'trace'), join(world, 'promises')];
  const trial = createProcessTrial();
  {
    await using fleet = await createFleet({ lines: [LINE] });
    const device = await fleet.add('gateway-1');
    const first = await fleet.publish(tinyModel(LINE, 0));
    await fleet.assign('gateway-1', LINE, first);
    await device.reaches('proving', LINE, first);
    await device.agent.predict([{ activity: 'A', values: { a: 1, b: 1 }, asOf: 0 }]);
    await device.reaches('committed', LINE, first);
    await device.drains();
    await device.stop();
    await cp(device.folder, base, { recursive: true });
    await cp(device.folder, folder, { recursive: true });
    const version = await fleet.publish(tinyModel(LINE, 1));
    await fleet.assign('gateway-1', LINE, version);
    const args = [...STRACE, '-o', trace, process.execPath, MAIN, 'gateway-1', folder, promises, LINE, version];
    const child = spawn(strace, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: string[] = [];
    child.stderr.on('data', (bytes: Buffer) => said.push(bytes.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`the recorded gateway ended with ${code}: ${said.join('')}`);
  }
  const calls = readTrace(await readFile(trace, 'utf8'), folder, promises);
  await rm(trace);
  let started = 0;

  return {
    calls,
    async startAfter(length, kind) {
      const prefix = calls.slice(0, length);
      const at = join(world, `start-${(started += 1)}`);
      await cp(base, at, { recursive: true });
      try {
        replay(survivors(prefix, kind, random.next()), at);
        return await problemsOf(at, promisedIn(prefix));
      } finally {
        await rm(at, { recursive: true, force: true });
      }
    },
    async [Symbol.asyncDispose]() {
      await trial.close();
      await rm(world, { recursive: true, force: true });
    },
  };

  async function problemsOf(at: string, promised: readonly string[]): Promise<string[]> {
    const problems: string[] = [];
    try {
      await using device = await startDevice('gateway-1', at, trial);
      const [answer] = await device.agent.predict([{ activity: 'A', values: { a: 1, b: 1 }, asOf: 1 }], { line: LINE });
      if (!Number.isFinite(answer?.score)) problems.push('the active model gives no number');
      const damaged = device.events.filter(({ code }) => code.includes('damaged') || code.includes('unusable'));
      problems.push(...damaged.map(({ code, details }) => `${code} ${JSON.stringify(details)}`));
    } catch (error) {
      problems.push(`it does not start: ${String(error)}`);
    }
    const kept = await keptIn(at);
    return [...problems, ...promised.filter((ref) => !kept.includes(`"${ref}"`)).map((ref) => `${ref} is lost`)];
  }
}

function promisedIn(calls: readonly DiskCall[]): string[] {
  return calls.flatMap((call) => (call.op === 'promise' ? [call.ref] : []));
}

/** Everything the store holds, as text. */
async function keptIn(folder: string): Promise<string> {
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    const all = await store.scan({ from: '', to: '\uffff', limit: Number.MAX_SAFE_INTEGER });
    return all.map(([, value]) => new TextDecoder().decode(value)).join('\n');
  } finally {
    await store.close();
  }
}
