import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { encodeFrame } from './frame.ts';
import {
  block,
  blockRequest,
  decodeMessage,
  desired,
  deviceReport,
  deviceStatus,
  NO_SUCH_BLOCK,
  siteRequest,
  telemetryAck,
  telemetryBatch,
  type DeviceReport,
} from './messages.ts';
import { CLASS_OF, PRIORITY, row } from './rows.ts';

const HASH = 'ab'.repeat(32);
const report: DeviceReport = {
  v: 1,
  agent: '0.1.0',
  profile: 'linux-x64-dev',
  nonce: 'nonce-0001',
  counter: 1,
  at: 1,
  assignmentSeq: 0,
  models: [{ model: 'delay', state: 'committed', slot: 'A', running: { sha256: HASH, version: '1.0.0', counter: 1 } }],
  outbox: { entries: { waiting: 0, lastSeq: 0 } },
  trust: { root: 2, timestamp: 9, snapshot: 4, targets: 0, stale: false },
};

describe('a message', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['telemetry', telemetryBatch, { stream: 'stream-1', class: 'entries', rows: [[1, { anything: true }]] }],
    ['acknowledgement', telemetryAck, { stream: 'stream-1', upTo: 3, rejected: [{ seq: 2, code: 'row_malformed' }] }],
    ['report', deviceReport, report],
    ['block request', blockRequest, { ref: { root: 2 }, offset: 0, length: 65_536 }],
    ['block', block, { ref: { sha256: HASH }, offset: 0, bytes: Uint8Array.of(1) }],
    ['block that is not there', block, { ref: { sha256: HASH }, offset: 0, error: NO_SUCH_BLOCK }],
    ['block request for a document', blockRequest, { ref: { sha256: HASH }, offset: 0, length: 16_384 }],
    ['root that is not there', block, { ref: { root: 3 }, offset: 0, error: NO_SUCH_BLOCK }],
    ['birth', deviceStatus, { status: 'birth', nonce: 'nonce-0001', at: 1, session: 1 }],
    ['death', deviceStatus, { status: 'death', nonce: 'nonce-0001', at: 1 }],
    ['desired state', desired, { assignment: Uint8Array.of(1), timestamp: Uint8Array.of(2) }],
    ['question for the site log', siteRequest, { cursor: 0 }],
  ])('of each kind crosses the wire: %s', (_, schema, message) => {
    expect(decodeMessage(schema, encodeFrame(message, { compress: true }))).toEqual(message);
  });

  it.each<[string, z.ZodType, unknown, string]>([
    ['rows of seq 0', telemetryBatch, { stream: 'stream-1', class: 'entries', rows: [[0, {}]] }, 'rows.0.0'],
    ['no rows', telemetryBatch, { stream: 'stream-1', class: 'entries', rows: [] }, 'rows'],
    ['an unknown class', telemetryBatch, { stream: 'stream-1', class: 'urgent', rows: [[1, {}]] }, 'class'],
    [
      'a seq that is no safe integer',
      telemetryBatch,
      { stream: 'stream-1', class: 'entries', rows: [[2n ** 60n, {}]] },
      'rows.0.0',
    ],
    ['a block above 64 KB', blockRequest, { ref: { sha256: HASH }, offset: 0, length: 65_537 }, 'length'],
    ['a negative offset', blockRequest, { ref: { sha256: HASH }, offset: -1, length: 1 }, 'offset'],
    ['a hash that is a path', blockRequest, { ref: { sha256: '../../x' }, offset: 0, length: 1 }, 'ref.sha256'],
    ['an unknown state', deviceReport, { ...report, models: [{ model: 'delay', state: 'happy' }] }, 'models.0.state'],
    ['a counter of -1', deviceReport, { ...report, counter: -1 }, 'counter'],
    ['a report without trust', deviceReport, { ...report, trust: undefined }, 'trust'],
    ['a version of 1.5', deviceReport, { ...report, trust: { ...report.trust, root: 1.5 } }, 'trust.root'],
    ['root 0, which is nobody', blockRequest, { ref: { root: 0 }, offset: 0, length: 1 }, 'ref.root'],
    ['text where bytes belong', desired, { assignment: 'bytes', timestamp: Uint8Array.of(2) }, 'assignment'],
    ['no timestamp', desired, { assignment: Uint8Array.of(1) }, 'timestamp'],
    ['a birth without session', deviceStatus, { status: 'birth', nonce: 'nonce-0001', at: 1 }, 'session'],
    ['a session of -1', deviceStatus, { status: 'birth', nonce: 'nonce-0001', at: 1, session: -1 }, 'session'],
    ['no object at all', deviceStatus, 7, 'body'],
  ])('is refused with %s, naming the field', (_, schema, message, field) => {
    expect(() => decodeMessage(schema, encodeFrame(message))).toThrow(
      expect.objectContaining({ name: 'WireError', code: 'message_malformed', field }),
    );
  });

  it('is refused with a member that was inherited through `__proto__`', () => {
    const members = Object.fromEntries([['__proto__', { status: 'death', nonce: 'nonce-0001', at: 1 }]]);
    expect(() => decodeMessage(deviceStatus, encodeFrame(members))).toThrow(
      expect.objectContaining({ code: 'message_malformed' }),
    );
  });
});

describe('a row', () => {
  const prediction = { kind: 'prediction', at: 1, line: 'delay', version: '1.0.0', sha256: HASH, asOf: 1, score: 0.5 };
  const gap = { kind: 'gap', at: 1, from: 1, to: 3, count: 3, reason: 'over_budget', firstAt: 0, lastAt: 1 };

  it.each([prediction, gap, { kind: 'event', at: 1, code: 'started', details: { free: 3, ok: true } }])(
    'of a known kind is read: $kind',
    (value) => expect(row.parse(value)).toEqual(value),
  );

  it.each([
    ['a score that is no number', { ...prediction, score: Number.NaN }],
    ['an endless score', { ...prediction, score: Infinity }],
    ['a time between two milliseconds', { ...prediction, at: 1.5 }],
    ['an unknown kind', { ...prediction, kind: 'wish' }],
    ['a member more', { ...prediction, admin: true }],
    ['a gap for no reason', { ...gap, reason: 'lost' }],
    ['nothing', null],
  ])('is refused with %s', (_, value) => {
    expect(row.safeParse(value).success).toBe(false);
  });

  it('of each kind has a class to travel in, and what people wrote goes first', () => {
    const kinds = row.options.map((option) => option.shape.kind.value);
    expect(Object.keys(CLASS_OF).toSorted()).toEqual(kinds.toSorted());
    expect(PRIORITY.indexOf(CLASS_OF.entry)).toBe(0);
  });
});
