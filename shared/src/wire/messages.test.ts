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
};

describe('a message', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['telemetry', telemetryBatch, { stream: 'stream-1', class: 'entries', rows: [[1, { anything: true }]] }],
    ['acknowledgement', telemetryAck, { stream: 'stream-1', upTo: 3, rejected: [{ seq: 2, code: 'row_malformed' }] }],
    ['report', deviceReport, report],
    ['block request', blockRequest, { ref: { root: 2 }, offset: 0, length: 65_536 }],
    ['block', block, { ref: { sha256: HASH }, offset: 0, bytes: Uint8Array.of(1) }],
    ['block that is not there', block, { ref: { sha256: HASH }, offset: 0, error: 'block_unknown' }],
    ['birth', deviceStatus, { status: 'birth', nonce: 'nonce-0001', at: 1 }],
    ['desired state', desired, { assignment: Uint8Array.of(1), lines: [Uint8Array.of(2)] }],
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
    ['text where bytes belong', desired, { assignment: 'bytes', lines: [] }, 'assignment'],
    ['no object at all', deviceStatus, 7, 'body'],
  ])('is refused with %s, naming the field', (_, schema, message, field) => {
    expect(() => decodeMessage(schema, encodeFrame(message))).toThrow(
      expect.objectContaining({ name: 'WireError', code: 'message_malformed', field }),
    );
  });

  it('is refused with a member that was inherited through `__proto__`', () => {
    const members = Object.fromEntries([['__proto__', { status: 'birth', nonce: 'nonce-0001', at: 1 }]]);
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
