import { and, asc, audit, desc, eq, isNotNull, lte, modelVersions, type ReadDb } from '../../../platform/db/index.ts';
import { ModelError } from '../../../supply/models/index.ts';
import { ExperimentError } from '../errors.ts';
import { factsAround, type DeviceFacts } from './facts.ts';

/**
 * `said`: it said so before that time, and nothing speaks against it · `told`: it was told so, and has not been heard
 * to run it by then · `changing`: on the way from one to the other.
 */
export type Basis = 'said' | 'told' | 'changing';

export interface DeviceAt {
  device: string;
  site: string;
  /** Null while it was changing. */
  version: string | null;
  /** That it was on the way from (null: from nothing), and to. */
  between: [string | null, string] | null;
  basis: Basis;
  sentence: string;
}

export interface ModelHistory {
  line: string;
  at: number;
  site: string | null;
  /** The newest release that was approved by then. */
  released: { version: string; publishedAt: number } | null;
  /** Names as they pointed then. */
  aliases: Record<string, string>;
  /** How many devices ran each version, the most first; `told` and `changing` ones are not counted as running. */
  versions: { version: string; said: number; told: number }[];
  changing: number;
  devices: DeviceAt[];
  sentence: string;
  /** What the stored facts cannot tell. */
  unknown: string[];
}

/**
 * Which version of a line was in force at a time, on which devices: from orders, predictions, proofs and reports as
 * they are stored. @param query `at` in ms
 * @throws ModelError `model_unknown` for a line without versions; ExperimentError `time_malformed`
 */
export async function modelHistory(
  db: ReadDb,
  query: { line: string; at: number; site?: string | undefined },
): Promise<ModelHistory> {
  const { line, at, site } = query;
  if (!Number.isSafeInteger(at)) {
    throw new ExperimentError('time_malformed', `at: ${at}`, { field: 'at', expected: 'milliseconds since 1970' });
  }
  const [any] = await db
    .select({ line: modelVersions.line })
    .from(modelVersions)
    .where(eq(modelVersions.line, line))
    .limit(1);
  if (any === undefined) throw new ModelError('model_unknown', `no line ${line}`, { kind: 'not-found', field: 'line' });
  const released = await releasedBy(db, line, at);
  const devices = (await factsAround(db, line, at, site)).flatMap((facts) => standingAt(facts, at) ?? []);
  const versions = countsOf(devices);
  const changing = devices.filter(({ basis }) => basis === 'changing').length;
  const head = {
    line,
    at,
    site: site ?? null,
    released,
    aliases: await aliasesAt(db, line, at),
    versions,
    changing,
    devices,
  };
  return { ...head, sentence: sentenceOf(head), unknown: unknownOf(head) };
}

/** Pure: what the facts of one device say of a time; undefined where it had nothing of the line. */
export function standingAt({ device, site, told, before, after }: DeviceFacts, at: number): DeviceAt | undefined {
  const head = { device, site };
  const order = told.at(-1);
  if (before === undefined) {
    // What it said later it may have begun later.
    if (order === undefined) return undefined;
    const later =
      after === undefined ? 'and has never said what it runs' : `and said so of ${after.version} on ${day(after.at)}`;
    return {
      ...head,
      version: order.version,
      between: null,
      basis: 'told',
      sentence: `told ${order.version} on ${day(order.at)}, ${later}`,
    };
  }
  const said = `said ${before.version} (${before.by}) on ${day(before.at)}`;
  if (after?.version === before.version) {
    const detour = told.some((one) => one.at > before.at && one.version !== before.version);
    const again = `${said} and again on ${day(after.at)}`;
    return {
      ...head,
      version: before.version,
      between: null,
      basis: 'said',
      sentence: detour ? `${again}, though it was told otherwise in between` : again,
    };
  }
  // An order that came after what it said last, and that leads elsewhere.
  if (order !== undefined && order.at >= before.at && order.version !== before.version) {
    return {
      ...head,
      version: null,
      between: [before.version, order.version],
      basis: 'changing',
      sentence: `${said}, told ${order.version} on ${day(order.at)}, and not heard of until ${after === undefined ? 'now' : day(after.at)}`,
    };
  }
  const silent =
    at - before.at > SILENT_MS ? `; nothing from it in the ${Math.round((at - before.at) / DAY_MS)} days after` : '';
  return {
    ...head,
    version: before.version,
    between: null,
    basis: 'said',
    sentence: `${said}, told nothing else since${silent}`,
  };
}

const DAY_MS = 86_400_000;
const SILENT_MS = 7 * DAY_MS;

async function releasedBy(db: ReadDb, line: string, at: number): Promise<ModelHistory['released']> {
  const [row] = await db
    .select({ version: modelVersions.version, publishedAt: modelVersions.publishedAt })
    .from(modelVersions)
    .where(and(eq(modelVersions.line, line), isNotNull(modelVersions.publishedAt), lte(modelVersions.publishedAt, at)))
    .orderBy(desc(modelVersions.counter))
    .limit(1);
  return row === undefined || row.publishedAt === null ? null : { version: row.version, publishedAt: row.publishedAt };
}

/** From the audit, which keeps every move. */
async function aliasesAt(db: ReadDb, line: string, at: number): Promise<Record<string, string>> {
  const rows = await db
    .select({ details: audit.details })
    .from(audit)
    .where(and(eq(audit.subject, `model:${line}`), eq(audit.action, 'models.alias'), lte(audit.at, at)))
    .orderBy(asc(audit.id));
  const pointing = new Map<string, string>();
  for (const { details } of rows) {
    const { alias, to } = JSON.parse(details) as { alias: string; to: string | null };
    if (to === null) pointing.delete(alias);
    else pointing.set(alias, to);
  }
  return Object.fromEntries([...pointing].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function countsOf(devices: readonly DeviceAt[]): ModelHistory['versions'] {
  const counts = new Map<string, { said: number; told: number }>();
  for (const { version, basis } of devices) {
    if (version === null || basis === 'changing') continue;
    const count = counts.get(version) ?? { said: 0, told: 0 };
    count[basis] += 1;
    counts.set(version, count);
  }
  return [...counts]
    .map(([version, count]) => ({ version, ...count }))
    .toSorted((a, b) => b.said - a.said || b.told - a.told || (a.version < b.version ? 1 : -1));
}

function sentenceOf({
  line,
  at,
  site,
  released,
  versions,
  changing,
}: Omit<ModelHistory, 'sentence' | 'unknown'>): string {
  const where = site === null ? '' : ` on ${site}`;
  const newest = released === null ? 'nothing was released' : `${released.version} was the newest release`;
  const parts = [
    ...versions.filter(({ said }) => said > 0).map(({ version, said }) => `${said} ran ${version}`),
    ...versions
      .filter(({ told }) => told > 0)
      .map(({ version, told }) => `${told} had been told ${version} and not said so yet`),
    ...(changing > 0 ? [`${changing} ${changing === 1 ? 'was' : 'were'} changing`] : []),
  ];
  const devices = parts.length === 0 ? 'no device had any of it' : `of the devices, ${parts.join(', ')}`;
  return `On ${day(at)}${where}, of ${line}: ${newest}; ${devices}.`;
}

function unknownOf({ changing, versions, devices }: Omit<ModelHistory, 'sentence' | 'unknown'>): string[] {
  const told = versions.reduce((sum, one) => sum + one.told, 0);
  return [
    ...(told > 0
      ? [`Whether the ${told} that had been told had installed it: a device says so by its first prediction or report.`]
      : []),
    ...(changing > 0
      ? [`When exactly the ${changing} changed: between what they said last and what they said next.`]
      : []),
    ...(devices.length > 0
      ? ['Predictions carry the clock of the device; reports are kept only as the newest of each device.']
      : []),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
