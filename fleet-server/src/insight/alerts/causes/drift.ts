import type { Finding } from '@plumbline/shared/drift';
import { count, driftFindings, driftRefusals, eq, gt, max, type ReadDb } from '../../../platform/db/index.ts';
import type { Condition } from '../condition.ts';

const DAY_MS = 24 * 3_600_000;
/** Refusals within a day that one device may have without anybody being told. */
const REFUSED_PER_DAY = 3;

/** What an alert of drift says besides its sentence: where, since when, how sure, and what to do about it. */
export interface DriftDetails {
  finding: string;
  kind: Finding['kind'] | NonNullable<Finding['quality']>;
  line: string;
  version: string;
  where: { of: Finding['scope']['of']; id: string; sites: { site: string; share: number }[]; devices: number };
  /** Days between which it began, ms; `at` is the likeliest. Without it, the period in which it was first seen. */
  since: { at: number; low: number; high: number };
  sure: string;
  todo: string;
}

/** Sites that are named. */
const NAMED = 5;

/** Each change that lasts, by the time it was first found: while it goes on nobody is told again. */
export async function drift(db: ReadDb): Promise<Condition[]> {
  const rows = await db.select().from(driftFindings).where(eq(driftFindings.standing, 1));
  return rows.map(({ subject, begunAt, body }): Condition => {
    const finding = JSON.parse(body) as Finding;
    const { id, kind, quality, line, version, scope, from, to, since, sure, todo, shares, devices, sentence } = finding;
    const details: DriftDetails = {
      finding: id,
      kind: quality ?? kind,
      line,
      version,
      where: { ...scope, sites: shares.slice(0, NAMED), devices },
      since: since ?? { at: from, low: from, high: to },
      sure,
      todo,
    };
    const isQuality = kind === 'quality';
    const what = isQuality ? 'has data that are at fault' : 'has drifted';
    return {
      kind: isQuality ? 'data_quality' : 'drift',
      subject,
      scope: 'model',
      sentence: `${line}@${version} ${what}: ${sentence}`,
      details: { ...details },
      since: begunAt,
      ends: isQuality ? 'cause' : 'person',
    };
  });
}

/** Devices whose evidence is refused again and again: broken, of another time, or lying. */
export async function refusedEvidence(db: ReadDb, now: number): Promise<Condition[]> {
  const rows = await db
    .select({
      device: driftRefusals.device,
      site: max(driftRefusals.site),
      refused: count(),
      code: max(driftRefusals.code),
      lastAt: max(driftRefusals.refusedAt),
    })
    .from(driftRefusals)
    .where(gt(driftRefusals.refusedAt, now - DAY_MS))
    .groupBy(driftRefusals.device);
  return rows.flatMap(({ device, site, refused, code, lastAt }): Condition[] => {
    // Contradicted labels are of people, and have no device.
    if (device === '' || Number(refused) <= REFUSED_PER_DAY) return [];
    return [
      {
        kind: 'evidence_refused',
        subject: `device:${device}`,
        scope: 'device',
        sentence: `Evidence of ${device} at ${site} was refused ${Number(refused)} times within a day, for ${code}; none of it counts.`,
        details: { site, refused: Number(refused), code, todo: `look at drift refusals of ${device}` },
        since: Number(lastAt ?? 0),
        ends: 'cause',
      },
    ];
  });
}
