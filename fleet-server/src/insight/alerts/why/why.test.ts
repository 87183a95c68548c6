import { refusalReason } from '@plumbline/shared/update';
import type { DeviceReport, ModelReport } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { createDeviceWorld, signer } from '../../../sites/devices/testing/device-world.ts';
import { recordStatus, revokeDevice } from '../../../sites/devices/index.ts';
import { explainDevice } from './explain-device.ts';
import type { DeviceFacts, Enrolled } from './facts.ts';
import { findCauses } from './findings.ts';

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 4, 13, 9, 30);

const report = (changed: Partial<DeviceReport> = {}): DeviceReport => ({
  v: 1,
  agent: '0.1.0',
  profile: 'raspberry-pi-4',
  nonce: 'nonce-nonce',
  counter: 1,
  at: NOW,
  assignmentSeq: 3,
  models: [{ model: 'delay', state: 'committed' }],
  outbox: {},
  trust: { root: 1, timestamp: 9, snapshot: 9, targets: 2, stale: false },
  ...changed,
});
const line = (changed: Partial<ModelReport>) => report({ models: [{ model: 'delay', state: 'refused', ...changed }] });

const fine: Enrolled = {
  site: 'north',
  siteState: 'open',
  enrolledAt: NOW - 90 * DAY_MS,
  standing: 'active',
  standingReason: undefined,
  online: true,
  contactAt: NOW,
  certificateUntil: NOW + 60 * DAY_MS,
  sharedSilence: undefined,
  ownSilence: false,
  staleSince: undefined,
  penalty: undefined,
  frozen: undefined,
  assigned: { seq: 3, at: NOW - DAY_MS },
  report: report(),
  reportedAt: NOW,
  diskFull: undefined,
};
const gone = { online: false, contactAt: NOW - 9 * HOUR_MS };
const link = { monthFrom: NOW - DAY_MS, upBytes: 900, downBytes: 99, limitBytes: 1000 };
const facts = (changed: Partial<Enrolled>): DeviceFacts => ({
  device: 'gw-1',
  now: NOW,
  token: undefined,
  enrolled: { ...fine, ...changed },
});
const unknown = (token: DeviceFacts['token']): DeviceFacts => ({
  device: 'gw-1',
  now: NOW,
  token,
  enrolled: undefined,
});

const CASES: [string, DeviceFacts, RegExp][] = [
  ['awaits_approval', unknown({ expiresAt: NOW + 1, waits: true, used: false }), /waits for a person to let it in/],
  ['code_expired', unknown({ expiresAt: NOW - 3 * DAY_MS, waits: false, used: false }), /code expired 3 days ago/],
  ['code_unused', unknown({ expiresAt: NOW + HOUR_MS, waits: false, used: false }), /code was not used yet/],
  ['revoked', facts({ ...gone, standing: 'revoked', standingReason: 'stolen' }), /taken out of the fleet: stolen/],
  ['cloned', facts({ ...gone, standing: 'quarantined', standingReason: 'cloned' }), /used from two places/],
  ['quarantined', facts({ ...gone, standing: 'quarantined', standingReason: 'odd' }), /until a person has looked: odd/],
  ['site_closed', facts({ ...gone, siteState: 'closing' }), /site north, which is closing/],
  ['certificate_expired', facts({ ...gone, certificateUntil: NOW - DAY_MS }), /expired on 2026-05-12/],
  [
    'never_connected',
    facts({ online: false, contactAt: undefined, report: undefined }),
    /has never connected over MQTT/,
  ],
  [
    'shared_silence',
    facts({ ...gone, sharedSilence: { subject: 'site:north', sentence: '4 of 4 devices of site north fell silent.' } }),
    /silent with many others. 4 of 4/,
  ],
  ['link_budget_used', facts({ ...gone, report: report({ link }) }), /had used 100 % of the month/],
  ['link_budget_used', facts({ report: report({ link }) }), /has used 100 % of the month/],
  ['silent_alone', facts({ ...gone, ownSilence: true }), /last heard 9 h ago, longer than it is ever away/],
  ['away', facts(gone), /not unusual for it yet/],
  [
    'mute',
    facts({ contactAt: NOW - 9 * HOUR_MS, ownSilence: true }),
    /holds a connection but has said nothing for 9 h/,
  ],
  ['clock_off', facts({ report: report({ at: NOW - 3 * DAY_MS }) }), /clock of gw-1 is 3 days behind/],
  ['clock_off', facts({ report: report({ at: NOW + HOUR_MS }) }), /clock of gw-1 is 60 min ahead/],
  [
    'penalty_box',
    facts({ penalty: { failures: 3, reason: 'self_test_failed', until: NOW + HOUR_MS } }),
    /failed 3 times one after the other and gets nothing new until 2026-05-13T10:30:00Z/,
  ],
  ['given_up', facts({ report: line({ reason: 'given_up' }) }), /brought the device down again and again/],
  [
    'refused',
    facts({ report: line({ reason: 'does_not_fit', detail: '90 MB' }) }),
    /than a device of this profile has \(90 MB\)/,
  ],
  [
    'rolled_back',
    facts({ report: line({ state: 'rolled-back', reason: 'unclean_exits' }) }),
    /went back from the new delay/,
  ],
  [
    'deferred',
    facts({ report: line({ state: 'deferred', reason: 'outside_window', deferredUntil: NOW + HOUR_MS }) }),
    /has put off the new delay until 2026-05-13T10:30:00Z: its time to install has not come/,
  ],
  ['stale_metadata', facts({ staleSince: NOW - DAY_MS }), /lives on old metadata since 2026-05-12/],
  ['disk_full', facts({ diskFull: { count: 4, lastAt: NOW } }), /was full 4 times/],
  ['not_taken', facts({ assigned: { seq: 4, at: NOW - HOUR_MS } }), /has not taken assignment 4 of 60 min ago/],
  ['certificate_soon', facts({ certificateUntil: NOW + 3 * DAY_MS }), /ends in 3 days and was not renewed/],
  [
    'outbox_waits',
    facts({ report: report({ outbox: { a: { waiting: 4000, lastSeq: 1 }, b: { waiting: 3000, lastSeq: 1 } } }) }),
    /7000 rows wait on gw-1/,
  ],
  ['frozen', facts({ frozen: { reason: 'incident 7', actor: 'user:ana' } }), /frozen by user:ana: incident 7/],
  ['nothing_wrong', facts({}), /Nothing speaks against gw-1/],
];

describe('why', () => {
  it.each(CASES)('%s alone comes first', (code, given, sentence) => {
    const findings = findCauses(given);
    expect(findings[0]).toMatchObject({ code });
    expect(findings[0]?.sentence).toMatch(sentence);
    expect(findings[0]?.advice).toMatch(/\.$/);
  });

  it('tells what shuts a device out before what follows from it, and keeps the rest', () => {
    const codes = findCauses(
      facts({ ...gone, certificateUntil: NOW - DAY_MS, ownSilence: true, assigned: { seq: 9, at: NOW } }),
    ).map(({ code }) => code);
    expect(codes).toEqual(['certificate_expired', 'silent_alone', 'not_told_yet']);
  });

  it('gives a device its time to take an assignment', () => {
    expect(findCauses(facts({ assigned: { seq: 4, at: NOW - 60_000 } }))[0]).toMatchObject({ code: 'nothing_wrong' });
  });

  it.each(refusalReason.options)('says in words what %s means and what helps', (reason) => {
    const [first] = findCauses(facts({ report: line({ reason }) }));
    expect(first?.sentence.length).toBeGreaterThan(40);
    expect(first?.advice).not.toMatch(/undefined/);
  });

  it('is answered from the database, from the code to the end', async () => {
    const world = await createDeviceWorld();
    const first = async () => (await explainDevice(world.database.db, 'gw-1', world.now())).findings[0]?.code;
    await expect(first()).rejects.toMatchObject({ code: 'device_unknown', field: 'device' });
    const token = await world.token({ device: 'gw-1' });
    expect(await first()).toBe('code_unused');
    await world.enrol(token, signer(1));
    expect(await first()).toBe('never_connected');
    await recordStatus(world, 'gw-1', { status: 'birth', nonce: 'nonce-nonce', at: world.now(), session: 1 });
    expect(await first()).toBe('nothing_wrong');
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
    expect(await first()).toBe('revoked');
    await world.close();
  });
});
