import { resolveProfile } from '@plumbline/firmware-profiles';
import { describe, expect, it } from 'vitest';
import { checkMount } from './check-folder.ts';
import { checkMachine, type MachineFacts } from './check-machine.ts';
import { checkService } from './check-service.ts';

const GATEWAY = resolveProfile('linux-x64-gateway');
const machine: MachineFacts = { arch: 'x64', os: 'linux', libc: 'glibc', memoryMb: 3900, freeMb: 900 };

describe('the machine of a gateway', () => {
  it.each<[string, Partial<MachineFacts>, string, string]>([
    ['is of its class', {}, 'ok', 'ok'],
    ['has another processor', { arch: 'arm64' }, 'profile_mismatch', 'ok'],
    ['has another C library', { libc: 'musl' }, 'profile_mismatch', 'ok'],
    ['has less memory than its class', { memoryMb: 950 }, 'ok', 'memory_too_small'],
    ['has no memory left', { freeMb: 40 }, 'ok', 'memory_low'],
  ])('%s', (_, over, profile, memory) => {
    const steps = checkMachine(GATEWAY, { ...machine, ...over });
    expect(steps.map(({ code, outcome }) => code ?? outcome)).toEqual([profile, memory]);
  });
});

const MOUNTS = `/dev/mmcblk0p2 / ext4 ro,relatime 0 0
proc /proc proc rw 0 0
/dev/mmcblk0p3 /var/lib/plumbline\\040agent ext4 rw,noatime 0 0
tmpfs /var/lib tmpfs rw 0 0
/dev/sdb1 /srv ext4 ro 0 0`;

describe('the place of the state folder', () => {
  it.each([
    ['/var/lib/plumbline agent', 'ok', /at \/var\/lib\/plumbline agent; the root is read-only/],
    ['/var/lib/plumbline agent/deep', 'ok', /lies on ext4/],
    ['/var/lib/other', 'state_volatile', /tmpfs.*not outlive a restart/],
    ['/srv/agent', 'state_unwritable', /\/srv is mounted read-only/],
    ['/home/agent', 'state_unwritable', /\/ is mounted read-only/],
  ])('%s is %s', (path, code, says) => {
    const step = checkMount(path, MOUNTS);
    expect(step.code ?? step.outcome).toBe(code);
    expect(step.says).toMatch(says);
  });

  it('is not judged where the system does not tell', () => {
    expect(checkMount('/anywhere', '')).toMatchObject({ outcome: 'skipped' });
  });
});

const SHOWN = {
  LoadState: 'loaded',
  UnitFileState: 'enabled',
  ActiveState: 'active',
  WatchdogUSec: '2min',
  NRestarts: '1',
  Result: 'success',
};

describe('the service of a gateway', () => {
  it.each<[Partial<typeof SHOWN>, string]>([
    [{}, 'ok'],
    [{ LoadState: 'not-found' }, 'skipped'],
    [{ UnitFileState: 'disabled' }, 'service_disabled'],
    [{ ActiveState: 'failed', Result: 'watchdog' }, 'service_inactive'],
    [{ NRestarts: '60' }, 'service_restarts'],
    [{ WatchdogUSec: '0' }, 'watchdog_off'],
  ])('with %j is %s', async (over, code) => {
    const text = Object.entries({ ...SHOWN, ...over }).map(([name, value]) => `${name}=${value}`);
    const step = await checkService(async () => `${text.join('\n')}\n`);
    expect(step.code ?? step.outcome).toBe(code);
  });

  it('is nobody where systemd does not run', async () => {
    const step = await checkService(() => Promise.reject(new Error('ENOENT')));
    expect(step).toMatchObject({ outcome: 'skipped', says: expect.stringContaining('nobody starts the agent again') });
  });
});
