import { packDiagnostics, type DiagnosticsRow } from '@plumbline/shared/wire';

/** Everything that is told. What is long stands in `events`, so that it can be shortened. */
export interface Bundle {
  v: 1;
  request: number;
  at: number;
  /** Oldest first. */
  events: readonly unknown[];
  /** Older events that were left out, so that the rest fits. */
  eventsLeftOut: number;
  sections: Record<string, unknown>;
  /** Sections that were left out, because it did not fit without events either. */
  sectionsLeftOut: string[];
}

/**
 * Rows of a bundle, at most `limitBytes` of base64 in all: the oldest events go first, then whole sections, the longest
 * first. What went is said in the bundle.
 */
export function packWithin(bundle: Bundle, limitBytes: number): DiagnosticsRow[] {
  let rows = packDiagnostics(bundle, bundle);
  for (let left: Bundle | undefined = bundle; sizeOf(rows) > limitBytes; rows = packDiagnostics(left, left)) {
    left = shorten(left);
    if (left === undefined) break;
  }
  return rows;
}

/** Characters of base64. */
export function sizeOf(rows: readonly DiagnosticsRow[]): number {
  return rows.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function shorten(bundle: Bundle): Bundle | undefined {
  const { events, eventsLeftOut, sections, sectionsLeftOut } = bundle;
  if (events.length > 0) {
    const drop = Math.ceil(events.length / 2);
    return { ...bundle, events: events.slice(drop), eventsLeftOut: eventsLeftOut + drop };
  }
  const lengths = Object.entries(sections).map(([name, value]) => ({
    name,
    length: JSON.stringify(value)?.length ?? 0,
  }));
  const longest = lengths.toSorted((a, b) => b.length - a.length)[0]?.name;
  if (longest === undefined) return undefined;
  const { [longest]: _gone, ...rest } = sections;
  return { ...bundle, sections: rest, sectionsLeftOut: [...sectionsLeftOut, longest] };
}
