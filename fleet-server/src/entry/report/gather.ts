import {
  binNames,
  mergeWindows,
  SCORE_BINS,
  type DriftWindow,
  type Finding,
  type Reference,
} from '@plumbline/shared/drift';
import { listDays, referenceOf } from '../../insight/drift/index.ts';
import { and, asc, desc, driftDays, driftFindings, eq, gte, type ReadDb } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { ReportError } from './errors.ts';
import { figuresOf, outcomesIn, type Counted } from './figures.ts';
import type { DriftMaterial, Histogram, Period, SiteShare } from './material.ts';

/** More points than that are a smear. */
const MOST_PERIODS = 60;
/** What "now" is: so many of the newest periods. */
const NEWEST = 7;
const MOST_FINDINGS = 200;

/**
 * Gathers what is known of the drift of a version.
 * @param query `version`: without it, the one that counted last; `days` back from now
 * @throws ReportError `nothing_counted`
 */
export async function gatherDrift(
  { db, artifacts, now }: { db: ReadDb; artifacts: ArtifactStore; now: number },
  query: { line: string; version?: string | undefined; days: number },
): Promise<DriftMaterial> {
  const { line, days } = query;
  const since = now - days * 86_400_000;
  const version = query.version ?? (await newestVersion(db, line));
  const rows = version === undefined ? [] : await listDays(db, { line, version }, { from: since, to: now });
  const last = rows.at(-1);
  if (version === undefined || last === undefined) {
    const name = version === undefined ? line : `${line}@${version}`;
    throw new ReportError('nothing_counted', `no window of ${name} in the last ${days} days`, {
      kind: 'not-found',
      field: 'model',
      expected: 'a model that devices have predicted with',
    });
  }
  const counted = rows
    .filter(({ quarantined }) => !quarantined)
    .map(({ device, site, fromAt, toAt, window }): Counted => ({ device, site, from: fromAt, to: toAt, window }));
  const found = await db
    .select({ body: driftFindings.body })
    .from(driftFindings)
    .where(and(eq(driftFindings.line, line), eq(driftFindings.version, version), gte(driftFindings.toAt, since)))
    .orderBy(desc(driftFindings.alarm), desc(driftFindings.toAt), asc(driftFindings.id))
    .limit(MOST_FINDINGS);
  return assemble({
    line,
    version,
    now,
    counted,
    reference: await referenceOf(artifacts, last.window.sha256),
    findings: found.map(({ body }) => JSON.parse(body) as Finding),
    quarantined: rows.length - counted.length,
  });
}

async function newestVersion(db: ReadDb, line: string): Promise<string | undefined> {
  const [row] = await db
    .select({ version: driftDays.version })
    .from(driftDays)
    .where(eq(driftDays.line, line))
    .orderBy(desc(driftDays.fromAt), desc(driftDays.takenAt))
    .limit(1);
  return row?.version;
}

/** Counts → what is shown. @param counted in order of time */
export function assemble(input: {
  line: string;
  version: string;
  now: number;
  counted: readonly Counted[];
  reference: Reference | undefined;
  findings: Finding[];
  quarantined: number;
}): DriftMaterial {
  const { line, version, now, counted, reference, findings, quarantined } = input;
  const periods = foldedBy([...Map.groupBy(counted, ({ from }) => from).values()]);
  const starts = [...new Set(counted.map(({ from }) => from))].slice(-NEWEST);
  const newest = counted.filter(({ from }) => from >= (starts[0] ?? 0));
  const merged = newest.length === 0 ? undefined : mergeAll(newest);
  const { expected = null, baseRate = null, rows = 0 } = reference ?? {};
  return {
    line,
    version,
    madeAt: now,
    from: counted[0]?.from ?? now,
    to: counted.at(-1)?.to ?? now,
    periods: periods.map((own) => periodOf(own, reference)),
    now: { from: starts[0] ?? now, to: newest.at(-1)?.to ?? now, predictions: merged?.count ?? 0 },
    reference: reference === undefined ? null : { rows, baseRate, expected },
    features: (reference?.features ?? []).map(({ bins, counts }): Histogram => {
      const seasonal = bins.seasonal === true;
      return {
        name: bins.name,
        seasonal,
        bins: binNames(bins),
        reference: counts,
        now: merged?.features[bins.name] ?? [],
      };
    }),
    score: reference === undefined ? null : scoreOf(reference, merged),
    sites: [...Map.groupBy(newest, ({ site }) => site)].map(([site, own]) => siteOf(site, own)).toSorted(bySize),
    findings,
    quarantined,
  };
}

/** Neighbouring days together, so that they fit. */
function foldedBy(days: readonly Counted[][]): Counted[][] {
  const each = Math.ceil(days.length / MOST_PERIODS);
  const folded: Counted[][] = [];
  for (let at = 0; at < days.length; at += each) folded.push(days.slice(at, at + each).flat());
  return folded;
}

function periodOf(own: readonly Counted[], reference: Reference | undefined): Period {
  const merged = mergeAll(own);
  const { outcomes, late } = outcomesIn(own);
  return {
    from: own[0]!.from,
    to: own.at(-1)!.to,
    predictions: merged.count,
    errors: merged.errors,
    devices: new Set(own.map(({ device }) => device)).size,
    sites: new Set(own.map(({ site }) => site)).size,
    outcomes,
    late,
    ...figuresOf(own, merged, reference),
  };
}

/** Variants of a version share their reference and so their bins; only the hash of the archive differs. */
function mergeAll(own: readonly Counted[]): DriftWindow {
  const sha256 = own[0]?.window.sha256 ?? '';
  return mergeWindows(own.map(({ window }) => ({ ...window, sha256 })));
}

function scoreOf(reference: Reference, merged: DriftWindow | undefined): Histogram {
  const { scoreEdges } = reference;
  const bins =
    scoreEdges === undefined
      ? Array.from({ length: SCORE_BINS }, (_, bin) => (bin / SCORE_BINS).toFixed(2))
      : binNames({ type: 'number', name: '', edges: [...scoreEdges] }).slice(0, -1);
  return { name: '(score)', seasonal: false, bins, reference: reference.score, now: merged?.score ?? [] };
}

function siteOf(site: string, own: readonly Counted[]): SiteShare {
  const predictions = own.reduce((sum, { window }) => sum + window.count, 0);
  return { site, devices: new Set(own.map(({ device }) => device)).size, predictions, ...outcomesIn(own) };
}

function bySize(a: SiteShare, b: SiteShare): number {
  return b.predictions - a.predictions || (a.site < b.site ? -1 : 1);
}
