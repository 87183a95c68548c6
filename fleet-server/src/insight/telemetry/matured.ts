import type { FeatureValue } from '@plumbline/shared/manifest';
import { and, eq, gte, telemetry, type ReadDb } from '../../platform/db/index.ts';
import { endedSince, outcomesSince } from '../../sites/activities/index.ts';

/** A prediction whose outcome is known. */
export interface Matured {
  device: string;
  site: string;
  version: string;
  sha256: string;
  activity: string;
  asOf: number;
  score: number;
  /** What happened: 1 = late. */
  label: 0 | 1;
  /** Actual minus planned finish, where the outcome says it. */
  delayDays?: number;
  /** By the plan in force, ms. */
  dueAt: number;
  /** Of the plan, for slices. */
  values: Record<string, FeatureValue>;
}

export interface MaturedRange {
  /** Due dates in [from, to), ms. An activity that falls due later does not count, though it may have ended already:
   * what ends first is not like the rest. */
  from: number;
  to: number;
  /** Predictions made before are left out, ms. */
  madeFrom?: number;
}

/**
 * Predictions of a line whose activities fell due within a time and have ended: of each site, activity and version the
 * first one, if it was made before the outcome could be known; devices count the same. What fell due and has no outcome yet
 * is in none of them, whichever model said it, and neither is what two people have said different things of.
 */
export async function listMatured(db: ReadDb, line: string, range: MaturedRange): Promise<Matured[]> {
  const { from, to, madeFrom = 0 } = range;
  const due = new Map(
    (await outcomesSince(db, madeFrom))
      .filter(({ plan, contradicted }) => !contradicted && plan.dueAt >= from && plan.dueAt < to)
      .map((outcome) => [keyOf(outcome), outcome]),
  );
  if (due.size === 0) return [];
  const first = new Map<string, { at: number; matured: Matured }>();
  for (const said of await predictionsSince(db, line, madeFrom)) {
    const { site, device, activity, version, sha256, asOf, score, at } = said;
    const outcome = due.get(keyOf(said));
    if (outcome === undefined || Math.max(at, asOf) >= outcome.knownAt) continue;
    const key = `${keyOf(said)}\n${version}`;
    const before = first.get(key);
    if (before !== undefined && (before.at < at || (before.at === at && before.matured.device < device))) continue;
    const { label, delayDays, plan } = outcome;
    const head = { device, site, version, sha256, activity, asOf, score };
    const matured = {
      ...head,
      label,
      ...(delayDays === undefined ? {} : { delayDays }),
      dueAt: plan.dueAt,
      values: plan.values,
    };
    first.set(key, { at, matured });
  }
  return [...first.values()].map(({ matured }) => matured);
}

type Said = Omit<Matured, 'label' | 'delayDays' | 'dueAt' | 'values'> & { at: number };

async function predictionsSince(db: ReadDb, line: string, madeFrom: number): Promise<Said[]> {
  const { device, site, version, sha256, activity, asOf, at, score } = telemetry;
  const rows = await db
    .select({ device, site, version, sha256, activity, asOf, at, score })
    .from(telemetry)
    .where(
      and(
        eq(telemetry.kind, 'prediction'),
        eq(telemetry.line, line),
        gte(telemetry.at, madeFrom),
        endedSince(db, telemetry, madeFrom),
      ),
    );
  // Rows of predictions have these columns.
  return rows as Said[];
}

/** Activities that a version has spoken of, as `site\nactivity`. @param madeFrom predictions made before are left out, ms */
export async function listPredicted(
  db: ReadDb,
  { line, version }: { line: string; version: string },
  madeFrom: number,
): Promise<Set<string>> {
  const rows = await db
    .selectDistinct({ site: telemetry.site, activity: telemetry.activity })
    .from(telemetry)
    .where(
      and(
        eq(telemetry.kind, 'prediction'),
        eq(telemetry.line, line),
        eq(telemetry.version, version),
        gte(telemetry.at, madeFrom),
      ),
    );
  return new Set(rows.flatMap(({ site, activity }) => (activity === null ? [] : [keyOf({ site, activity })])));
}

function keyOf({ site, activity }: { site: string; activity: string }): string {
  return `${site}\n${activity}`;
}
