import { z } from 'zod';
import { shadowReport } from '@plumbline/shared/wire';
import { updateModel } from '../../update/model.ts';
import { table } from './output.ts';

const count = z.number();

/** The part of the state that a person is shown; the rest passes through to `--json`. */
export const shownState = z.looseObject({
  identity: z.looseObject({ site: z.string(), device: z.string() }),
  connected: z.boolean().default(false),
  /** When the server was heard last, ms. */
  lastContactAt: count.optional(),
  deferral: z.looseObject({ until: count, actor: z.string() }).optional(),
  lines: z.array(updateModel.loose()),
  /** Keys of the store whose values are damaged; the agent mends them at its next start. */
  unreadable: z.array(z.string()).optional(),
  outbox: z.record(z.string(), z.looseObject({ waiting: count, oldestMs: count.optional() })).optional(),
  link: z.looseObject({ monthFrom: count, upBytes: count, downBytes: count, limitBytes: count.optional() }).optional(),
  trust: z.looseObject({
    documents: z.array(z.looseObject({ role: z.string(), version: z.number(), expires: z.string() })),
    stale: z.looseObject({ role: z.string(), expires: z.string() }).optional(),
    development: z.boolean(),
    clockSuspect: z.boolean(),
  }),
});

export type ShownState = z.infer<typeof shownState>;
export type Status = ShownState & { running: boolean; url?: string };

const DEVELOPMENT = '*** DEVELOPMENT KEYS: whoever has the folder of the fleet has the fleet. Not for a site. ***';

/** @param now ms, by which ages are told */
export function describeStatus(status: Status, now: number): string {
  const { trust, lines, deferral } = status;
  return [
    ...(trust.development ? [DEVELOPMENT] : []),
    headOf(status, now),
    ...(deferral ? [`installs wait until ${dateOf(deferral.until)}, said ${deferral.actor}`] : []),
    ...outboxOf(status),
    ...linkOf(status),
    lines.length > 0 ? modelsOf(lines) : 'no models',
    ...lines.flatMap(notesOf),
    ...(status.unreadable ?? []).map((key) => `damaged on disk: ${key}; mended at the next start`),
    trustOf(trust),
  ].join('\n');
}

function headOf({ identity, running, url, connected, lastContactAt }: Status, now: number): string {
  const who = `${identity.site}/${identity.device}`;
  if (!running) return `${who}: not running`;
  const contact = lastContactAt === undefined ? '' : `, last heard ${ageOf(now - lastContactAt)} ago`;
  return `${who}: running on ${url}, ${connected ? 'connected' : `not connected${contact}`}`;
}

function outboxOf({ outbox }: Status): string[] {
  const streams = Object.entries(outbox ?? {}).filter(([, { waiting }]) => waiting > 0);
  if (outbox === undefined) return [];
  if (streams.length === 0) return ['0 rows wait for the server'];
  const all = streams.reduce((sum, [, { waiting }]) => sum + waiting, 0);
  const each = streams.map(([name, { waiting, oldestMs }]) => {
    return `${waiting} ${name}${oldestMs === undefined ? '' : `, the oldest ${ageOf(oldestMs)} old`}`;
  });
  return [`${all} rows wait for the server: ${each.join('; ')}`];
}

function linkOf({ link }: Status): string[] {
  if (link === undefined) return [];
  const { monthFrom, upBytes, downBytes, limitBytes } = link;
  const of = limitBytes === undefined ? '' : ` of ${mb(limitBytes)}`;
  const month = new Date(monthFrom).toISOString().slice(0, 7);
  return [`link in ${month}: ${mb(upBytes + downBytes)}${of} (up ${mb(upBytes)}, down ${mb(downBytes)})`];
}

function modelsOf(lines: Status['lines']): string {
  return table(
    ['model', 'state', 'version', 'counter', 'proof', 'reason'],
    lines.map(({ line, state, active, slots, proof, reason }) => {
      const slot = active && slots[active];
      return [line, state, slot?.version, slot?.counter, proof, reason];
    }),
  );
}

/** What a table has no room for: why an install waits, and what its shadow run measured. */
function notesOf({ line, state, reason, detail, deferredUntil, shadow }: Status['lines'][number]): string[] {
  const report = shadowReport.safeParse(shadow?.report).data;
  const until = deferredUntil === undefined ? '' : ` until ${dateOf(deferredUntil)}`;
  return [
    ...(state === 'deferred' ? [`${line} waits${until}: ${[reason, detail].filter(Boolean).join(', ')}`] : []),
    ...(state === 'refused' && detail !== undefined ? [`${line} refused: ${detail}`] : []),
    ...(report === undefined ? [] : [`${line} in shadow: ${shadowOf(report)}`]),
  ];
}

function shadowOf({ records, agreement, meanShift, latencyRatio, memoryRatio }: z.infer<typeof shadowReport>): string {
  return [
    `${records} records`,
    `${(agreement * 100).toFixed(1)} % agree`,
    `mean score ${meanShift >= 0 ? '+' : '−'}${Math.abs(meanShift).toFixed(4)}`,
    ...ratioOf('time', latencyRatio),
    ...ratioOf('memory', memoryRatio),
  ].join(', ');
}

function ratioOf(what: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`${what} ${value.toFixed(2)} × the model in force`];
}

function trustOf({ documents, stale, clockSuspect }: Status['trust']): string {
  const rows = documents.map(({ role, version, expires }) => [role, version, expires]);
  return [
    table(['trust', 'version', 'expires'], rows),
    ...(stale ? [`${stale.role} expired ${stale.expires}: nothing is installed until a fresh one comes`] : []),
    ...(clockSuspect ? ['the clock is behind signed time'] : []),
  ].join('\n');
}

function dateOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const UNITS = [
  { ms: 86_400_000, name: 'days' },
  { ms: 3_600_000, name: 'hours' },
  { ms: 60_000, name: 'minutes' },
] as const;

function ageOf(ms: number): string {
  const unit = UNITS.find((one) => ms >= 2 * one.ms);
  return unit === undefined ? `${Math.max(0, Math.round(ms / 1000))} s` : `${Math.floor(ms / unit.ms)} ${unit.name}`;
}

function mb(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
