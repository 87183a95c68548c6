import { decodeMessage, telemetryBatch, type GapRow, type Row } from '@plumbline/shared/wire';
import type { Change } from '../../../agent/src/ports/index.ts';
import { seqOfRowKey } from '../../../agent/src/store/keys.ts';
import type { Ledger } from './ledger.ts';

/** Every row that was ever durable on the device, under the number it was given, and what was acknowledged to people. */
export interface RowHistory {
  committed(changes: readonly Change[]): void;
  opened(entries: ReadonlyMap<string, Uint8Array>): void;
  /** A batch on its way up. */
  sent(frame: Uint8Array): void;
  /** A person was told that what she wrote is kept. */
  acknowledged(ref: string): void;
  refs(): ReadonlySet<string>;
  /** By `stream#seq`, as canonical JSON; what a gap took the place of stays here. */
  durable(): ReadonlyMap<string, string>;
  /** Every form in which a gap stood under this number. */
  gapsAt(name: string): ReadonlySet<string>;
  /** Numbers that the device itself declared as dropped. */
  dropped(): ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const ROW = /^out\/([a-z]+)\//;
const STREAM = /^stream\/([a-z]+)$/;

export function createRowHistory(ledger: Ledger): RowHistory {
  const durable = new Map<string, string>();
  const gaps = new Map<string, Set<string>>();
  const dropped = new Set<string>();
  const refs = new Set<string>();
  const streams = new Map<string, string>();

  const takeStream = (key: string, value: Uint8Array) => {
    const of = STREAM.exec(key)?.[1];
    if (of !== undefined) streams.set(of, (parse(value) as { stream: string }).stream);
  };

  const takeRow = (key: string, value: Uint8Array) => {
    const of = ROW.exec(key)?.[1];
    if (of === undefined) return;
    const stream = streams.get(of);
    const seq = seqOfRowKey(key);
    if (stream === undefined) return ledger.add('seq_reused', `${key}: a row of a stream that has no name yet`);
    const row = parse(value) as Row;
    const name = `${stream}#${seq}`;
    const said = canonical(row);
    const before = durable.get(name);
    if (row.kind === 'gap') {
      gaps.set(name, (gaps.get(name) ?? new Set()).add(said));
      return takeGap(row, stream, seq, of);
    }
    if (before !== undefined && before !== said) {
      ledger.add('seq_reused', `${name} held ${before.slice(0, 120)} and now ${said.slice(0, 120)}`);
    }
    durable.set(name, said);
  };

  const takeGap = (gap: GapRow, stream: string, seq: number, of: string) => {
    if (gap.to !== seq || gap.from > gap.to) ledger.add('gap_wrong', `${stream}#${seq}: from ${gap.from} to ${gap.to}`);
    if (gap.count !== gap.to - gap.from + 1) {
      ledger.add('gap_wrong', `${stream}#${seq}: count ${gap.count} for ${gap.from} to ${gap.to}`);
    }
    // What a person wrote is given up for nothing but its own size.
    if (of === 'entries' && gap.reason !== 'quarantined')
      ledger.add('lost', `${stream}#${seq}: ${gap.count} entries dropped`);
    for (let one = gap.from; one <= gap.to; one += 1) dropped.add(`${stream}#${one}`);
  };

  return {
    committed(changes) {
      for (const change of changes) if ('put' in change) takeStream(change.put, change.value);
      for (const change of changes) if ('put' in change) takeRow(change.put, change.value);
    },
    opened(entries) {
      for (const [key, value] of entries) takeStream(key, value);
      for (const [key, value] of entries) takeRow(key, value);
    },
    sent(frame) {
      const { stream, rows } = decodeMessage(telemetryBatch, frame);
      for (const [seq, row] of rows) {
        const name = `${stream}#${seq}`;
        const said = canonical(row);
        if (gaps.get(name)?.has(said) === true) continue;
        const held = durable.get(name);
        if (held === undefined) ledger.add('seq_reused', `${name} was sent before it was durable`);
        else if (held !== said) ledger.add('seq_reused', `${name} was sent otherwise than it is kept`);
      }
    },
    acknowledged: (ref) => void refs.add(ref),
    refs: () => refs,
    durable: () => durable,
    gapsAt: (name) => gaps.get(name) ?? NONE,
    dropped: () => dropped,
  };
}

/** JSON with its keys in order, so that rows compare by what they say. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value));
  } catch {
    // A value whose bits rotted: whoever reads it has to see that for himself.
    return {};
  }
}
