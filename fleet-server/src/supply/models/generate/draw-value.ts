import { isFloat } from '../samples/convert.ts';
import type { ColumnSupport } from './support.ts';

/** A word that no encoder was trained on. */
export const UNSEEN = 'plumbline-unseen';
const UNSEEN_SHARE = 0.1;
const MISSING_SHARE = 0.05;
const ON_A_CUT_SHARE = 0.15;

export type Draw = (random: () => number) => number | string;

/** Bounds of integer dtypes within which made-up values stay when the graph says nothing. */
const INTEGERS: Record<string, readonly [low: number, high: number]> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-1000, 1000],
  uint16: [0, 1000],
  int32: [0, 9],
  uint32: [0, 9],
  int64: [0, 9],
  uint64: [0, 9],
};

/** How values of one column are drawn: from all that the graph tells of it, each source as often as the others. */
export function drawFor(support: ColumnSupport, dtype: string, isPicture: boolean): Draw {
  if (dtype === 'string') return drawText(support);
  if (dtype === 'bool') return (random) => (random() < 0.5 ? 0 : 1);
  const { size } = support;
  if (size !== undefined) return (random) => Math.floor(random() * size);
  const sources = numberSources(support, dtype, isPicture);
  const draw: Draw = (random) => pick(sources, random)(random);
  if (!isFloat(dtype)) return (random) => within(dtype, Math.round(Number(draw(random))));
  if (!support.missing || support.needsValue) return draw;
  return (random) => (random() < MISSING_SHARE ? Number.NaN : draw(random));
}

/** Values that decide how large a tensor becomes: never negative, and small. */
export function drawCount(dtype: string): Draw {
  return isFloat(dtype) ? (random) => random() : (random) => 1 + Math.floor(random() * 2);
}

function numberSources(support: ColumnSupport, dtype: string, isPicture: boolean): Draw[] {
  const { uniform, strict } = support;
  const codes = [...support.codes];
  const sources: Draw[] = [];
  if (codes.length > 0) {
    const unseen = Math.max(...codes) + 1;
    sources.push((random) => (!strict && random() < UNSEEN_SHARE ? unseen : pick(codes, random)));
    // An encoder that refuses what it does not know leaves no room for anything else.
    if (strict) return sources;
  }
  if (support.cuts.size > 0)
    sources.push(
      drawAround(
        [...support.cuts].toSorted((a, b) => a - b),
        isFloat(dtype),
      ),
    );
  if (uniform !== undefined) sources.push((random) => uniform[0] + (uniform[1] - uniform[0]) * random());
  const [low, high] = INTEGERS[dtype] ?? [0, 1];
  if (!isFloat(dtype) && sources.length === 0) return [(random) => low + Math.floor((high - low + 1) * random())];
  if (isPicture && sources.length === 0) sources.push((random) => random());
  for (const { centre, spread } of support.normals) sources.push((random) => centre + spread * standardNormal(random));
  return sources.length > 0 ? sources : [standardNormal];
}

/** Between thresholds, exactly on them, and beyond both ends. */
function drawAround(cuts: number[], fractions: boolean): Draw {
  const [first = 0, last = 0] = [cuts[0], cuts.at(-1)];
  const gap = (last - first) / cuts.length || Math.max(1, Math.abs(first));
  const edge = fractions ? gap : Math.max(1, gap);
  return (random) => {
    if (random() < ON_A_CUT_SHARE) return pick(cuts, random);
    const at = Math.floor(random() * (cuts.length + 1));
    const low = cuts[at - 1] ?? first - 2 * edge;
    const high = cuts[at] ?? last + 2 * edge;
    return low + (high - low) * random();
  };
}

function drawText({ words, strict, numericText }: ColumnSupport): Draw {
  const known = [...words];
  if (known.length === 0) {
    // Text that is read as a number must be one; other text is anything.
    return numericText
      ? (random) => String(Math.floor(random() * 10))
      : (random) => pick(['a', 'B c', '', UNSEEN], random);
  }
  return (random) => (!strict && random() < UNSEEN_SHARE ? UNSEEN : pick(known, random));
}

/** Box–Muller. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function within(dtype: string, value: number): number {
  const limits: Record<string, readonly [number, number]> = {
    ...INTEGERS,
    int16: [-32_768, 32_767],
    uint16: [0, 65_535],
    int32: [-(2 ** 31), 2 ** 31 - 1],
    uint32: [0, 2 ** 32 - 1],
    int64: [-(2 ** 52), 2 ** 52],
    uint64: [0, 2 ** 52],
  };
  const [low, high] = limits[dtype] ?? [0, 1];
  return Math.min(high, Math.max(low, value));
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}
