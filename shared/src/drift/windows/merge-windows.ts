import type { DriftWindow } from '../window.ts';
import { addCounts } from './add-counts.ts';
import { DriftError } from './errors.ts';
import { mergeShapes, type NumberShape } from './number-shape.ts';
import { mergeOctaves } from './octaves.ts';
import { mergeOutcomes } from './outcome-counts.ts';

/**
 * The sum of windows of one model version: exact, commutative and associative.
 * @throws DriftError `window_bins_differ`: of another archive, or counted in other bins · `windows_none`
 */
export function mergeWindows(windows: readonly DriftWindow[]): DriftWindow {
  const [first, ...rest] = windows;
  if (first === undefined) throw new DriftError('windows_none', 'there is no window to merge');
  return rest.reduce(mergeTwo, structuredClone(first));
}

function mergeTwo(a: DriftWindow, b: DriftWindow): DriftWindow {
  if (a.sha256 !== b.sha256) throw differ('sha256', a.sha256, b.sha256);
  const matured = mergeOutcomes(a.matured, b.matured);
  const corrections = mergeOutcomes(a.corrections, b.corrections);
  return {
    id: a.id < b.id ? a.id : b.id,
    model: a.model,
    sha256: a.sha256,
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    count: a.count + b.count,
    features: byName(a.features, b.features, (x, y, name) => sameBins(`features.${name}`, x, y)),
    shape: byName(a.shape, b.shape, (x, y): NumberShape => mergeShapes(x, y)),
    score: addCounts(a.score, b.score),
    latency: mergeOctaves(a.latency, b.latency),
    slices: Array.from({ length: Math.max(a.slices.length, b.slices.length) }, (_, i) => ({
      score: addCounts(a.slices[i]?.score, b.slices[i]?.score),
      selected: (a.slices[i]?.selected ?? 0) + (b.slices[i]?.selected ?? 0),
    })),
    ...(matured !== undefined && { matured }),
    ...(corrections !== undefined && { corrections }),
    errors: a.errors + b.errors,
  };
}

function byName<T>(
  a: Record<string, T>,
  b: Record<string, T>,
  join: (a: T | undefined, b: T | undefined, name: string) => T,
): Record<string, T> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, join(a[name], b[name], name)]));
}

function sameBins(field: string, a: number[] | undefined, b: number[] | undefined): number[] {
  if (a !== undefined && b !== undefined && a.length !== b.length) {
    throw differ(field, `${a.length} bins`, `${b.length}`);
  }
  return addCounts(a, b);
}

function differ(field: string, a: string, b: string): DriftError {
  return new DriftError('window_bins_differ', `${field}: ${a} and ${b} are not counted alike`, { field, expected: a });
}
