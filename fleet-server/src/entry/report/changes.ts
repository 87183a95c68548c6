import type { Finding } from '@plumbline/shared/drift';

/** Looks that found the same of the same: a change is told once, however long it lasts. */
export interface Change {
  /** What the newest look says of it. */
  newest: Finding;
  /** Periods in which it was found. */
  times: number;
  /** Beginning of the first, end of the last; ms. */
  from: number;
  to: number;
}

/** Findings → changes, in the order in which their first ones come. */
export function changesOf(findings: readonly Finding[]): Change[] {
  return [...Map.groupBy(findings, keyOf).values()].map((own) => ({
    newest: own.reduce((a, b) => (b.to > a.to ? b : a)),
    times: own.length,
    from: Math.min(...own.map(({ from }) => from)),
    to: Math.max(...own.map(({ to }) => to)),
  }));
}

function keyOf({ kind, quality, subject, scope }: Finding): string {
  return [kind, quality ?? '', subject ?? '', scope.of, scope.id].join('\n');
}
