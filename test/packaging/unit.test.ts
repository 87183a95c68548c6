import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profileIds, resolveProfile } from '@plumbline/firmware-profiles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unitFor } from '../../agent/packaging/build-agent.ts';
import { notifyThrough } from '../../agent/src/node/platform/service.ts';

const UNIT = readFileSync(new URL('../../agent/packaging/plumbline-agent.service', import.meta.url), 'utf8');
/** Exposure by systemd's own scale, 0 to 10; a unit without hardening has 9.6. */
const MOST_EXPOSED = 2;

const directives = UNIT.split('\n').filter((line) => /^\w+=/.test(line));
const valuesOf = (name: string) =>
  directives.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-unit-'));
  // Everything but the path of Node, which differs between systems.
  writeFileSync(join(folder, 'plumbline-agent.service'), UNIT.replace('/usr/bin/node', process.execPath));
});
afterAll(() => rmSync(folder, { recursive: true }));

const analyze = (...args: string[]) => {
  const { stdout, stderr, status } = spawnSync('systemd-analyze', [...args, join(folder, 'plumbline-agent.service')], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
};
const absent = (program: string, option: string) =>
  spawnSync(program, [option]).status === 0 ? '' : `(skipped: ${program} is not installed here)`;

describe('the unit of the agent', () => {
  it('writes to its state folder only', () => {
    expect(valuesOf('ProtectSystem')).toEqual(['strict']);
    expect(valuesOf('ReadWritePaths')).toEqual([]);
    const [state] = valuesOf('StateDirectory');
    expect(valuesOf('Environment').filter((value) => value.includes('/'))).toEqual([
      `PLUMBLINE_AGENT_STATE=/var/lib/${state}`,
      `NODE_COMPILE_CACHE=/var/lib/${state}/compile-cache`,
    ]);
  });

  it('is watched, comes back whatever happens, and says who may notify for it', () => {
    expect([valuesOf('Type'), valuesOf('NotifyAccess'), valuesOf('Restart')]).toEqual([
      ['notify'],
      ['all'],
      ['always'],
    ]);
    expect(Number(valuesOf('WatchdogSec')[0])).toBeGreaterThanOrEqual(30);
    expect(valuesOf('StartLimitIntervalSec')).toEqual(['0']);
  });

  it('leaves executable memory to V8 and WebAssembly, and setrlimit to trial processes', () => {
    expect(valuesOf('MemoryDenyWriteExecute')).toEqual([]);
    const [allowed, denied, again] = valuesOf('SystemCallFilter');
    expect([allowed, denied]).toEqual(['@system-service', '~@privileged @resources']);
    expect(again?.split(' ')).toEqual(expect.arrayContaining(['setrlimit', 'prlimit64']));
  });

  it.each(profileIds.filter((id) => resolveProfile(id).kind === 'gateway'))('is bounded in memory for %s', (id) => {
    const profile = resolveProfile(id);
    const [, megabytes] = /^MemoryMax=(\d+)M$/m.exec(unitFor(UNIT, profile)) ?? [];
    expect(Number(megabytes)).toBeGreaterThan(3 * profile.memoryForModelMb);
    expect(Number(megabytes)).toBeLessThanOrEqual(profile.memoryMb);
  });

  const noAnalyze = absent('systemd-analyze', '--version');
  it.skipIf(noAnalyze)(`is understood by systemd ${noAnalyze}`, () => {
    const { status, said } = analyze('verify');
    expect(said.split('\n').filter((line) => line.includes('plumbline-agent'))).toEqual([]);
    expect(status).toBe(0);
  });

  it.skipIf(noAnalyze)(`is exposed to at most ${MOST_EXPOSED} of 10 ${noAnalyze}`, () => {
    const { said } = analyze('security', '--offline=true', '--no-pager');
    const [, exposure] = /Overall exposure level for plumbline-agent.service: ([\d.]+)/.exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED);
  });
});

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
print(s.recv(4096).decode(), flush=True)`;

describe('what systemd is told', () => {
  const missing = absent('systemd-notify', '--version') || absent('python3', '--version');
  it.skipIf(missing)(`arrives on its socket, in one message ${missing}`, async () => {
    const notifySocket = join(folder, 'notify');
    const listener = spawn('python3', ['-c', LISTENER, notifySocket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(listener, 'close');
    let said = '';
    listener.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(listener.stdout, 'data');
    await notifyThrough({ notifySocket })('WATCHDOG=1', 'STATUS=connected, 0 rows wait');
    await closed;
    expect(said).toBe('ready\nWATCHDOG=1\nSTATUS=connected, 0 rows wait\n');
  });

  it.skipIf(absent('systemd-notify', '--version'))('is missed, and that is said, where nobody listens', async () => {
    await expect(notifyThrough({ notifySocket: join(folder, 'nobody') })('READY=1')).rejects.toThrow(/systemd-notify/);
  });
});
