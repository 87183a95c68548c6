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
 * Predictions of a line whose activities fell due within a time and have ended: of each site, activity and version the last
 * one before the outcome could be known. What fell due and has no outcome yet is in none of them, whichever model said it.
 */
export async function listMatured(db: ReadDb, line: string, range: MaturedRange): Promise<Matured[]> {
  const { from, to, madeFrom = 0 } = range;
  const due = new Map(
    (await outcomesSince(db, madeFrom))
      .filter(({ plan }) => plan.dueAt >= from && plan.dueAt < to)
      .map((outcome) => [keyOf(outcome), outcome]),
  );
  if (due.size === 0) return [];
  const last = new Map<string, { at: number; matured: Matured }>();
  for (const said of await predictionsSince(db, line, madeFrom)) {
    const { site, device, activity, version, sha256, asOf, score, at } = said;
    const outcome = due.get(keyOf(said));
    if (outcome === undefined || Math.max(at, asOf) >= outcome.knownAt) continue;
    const key = `${keyOf(said)}\n${version}`;
    const before = last.get(key);
    if (before !== undefined && (before.at > at || (before.at === at && before.matured.device > device))) continue;
    const { label, delayDays, plan } = outcome;
    const head = { device, site, version, sha256, activity, asOf, score };
    const matured = { ...head, label, ...(delayDays === undefined ? {} : { delayDays }), values: plan.values };
    last.set(key, { at, matured });
  }
  return [...last.values()].map(({ matured }) => matured);
}

type Said = Omit<Matured, 'label' | 'delayDays' | 'values'> & { at: number };

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

function keyOf({ site, activity }: { site: string; activity: string }): string {
  return `${site}\n${activity}`;
}
