import type { NodeProto } from '@plumbline/shared/onnx';
import type { Constant } from './constants.ts';

/** Most thresholds kept of a column: enough to meet them, bounded for huge forests. */
const MAX_CUTS = 4096;
const MAX_WORDS = 4096;

/** What the graph tells of one column of an input (or of a whole input that has no columns). */
export interface ColumnSupport {
  /** Where trees and comparisons turn. */
  cuts: Set<number>;
  normals: { centre: number; spread: number }[];
  uniform?: [low: number, high: number];
  /** Categories, as the encoder lists them. */
  words: Set<string>;
  codes: Set<number>;
  /** An encoder that refuses what it does not know. */
  strict: boolean;
  /** Used as an index: whole numbers from 0 to below. */
  size?: number;
  /** Text that is read as a number. */
  numericText: boolean;
  /** Somebody handles missing values, and nobody takes them raw. */
  missing: boolean;
  needsValue: boolean;
}

/** A column seen through shape-preserving nodes: its value here is `gain · x + shift`. */
export interface Lane {
  column: ColumnSupport;
  gain: number;
  shift: number;
  /** Behind an Imputer: never missing here. */
  filled: boolean;
}

/** A tensor that carries input columns: one lane a column, or one lane for all of it. */
export interface Tap {
  lanes: (Lane | undefined)[];
  shared: boolean;
}

/** What a rule sees of a node: the tensor that carries columns, and constants beside it. */
export interface Visit {
  node: NodeProto;
  tap: Tap;
  /** Which input of the node the tap is. */
  at: number;
  constant: (at: number) => Constant | undefined;
}

export function createColumn(): ColumnSupport {
  return {
    cuts: new Set(),
    normals: [],
    words: new Set(),
    codes: new Set(),
    strict: false,
    numericText: false,
    missing: false,
    needsValue: false,
  };
}

export function laneOf({ lanes, shared }: Tap, at: number): Lane | undefined {
  return shared ? lanes[0] : lanes[at];
}

export function eachLane(tap: Tap, use: (lane: Lane, at: number) => void): void {
  tap.lanes.forEach((lane, at) => lane && use(lane, at));
}

/** The lane in its own units becomes the column's: x = (value - shift) / gain. */
export function unscale(lane: Lane, value: number): number {
  return (value - lane.shift) / lane.gain;
}

export function addCut(lane: Lane | undefined, value: number): void {
  if (lane === undefined || lane.column.cuts.size >= MAX_CUTS) return;
  const cut = unscale(lane, value);
  if (Number.isFinite(cut)) lane.column.cuts.add(cut);
}

export function addNormal(lane: Lane | undefined, centre = 0, spread = 1): void {
  if (lane === undefined) return;
  const normal = { centre: unscale(lane, centre), spread: Math.abs(spread / lane.gain) };
  const { normals } = lane.column;
  const isKnown = normals.some((one) => one.centre === normal.centre && one.spread === normal.spread);
  if (!isKnown && Number.isFinite(normal.centre) && Number.isFinite(normal.spread)) normals.push(normal);
}

export function addUniform(lane: Lane | undefined, low: number, high: number): void {
  if (lane === undefined) return;
  const ends = [unscale(lane, low), unscale(lane, high)].toSorted((a, b) => a - b) as [number, number];
  if (ends.every(Number.isFinite)) lane.column.uniform ??= ends;
}

export function addCategories({ column }: Lane, words: string[], codes: number[], strict: boolean): void {
  for (const word of words) if (column.words.size < MAX_WORDS) column.words.add(word);
  for (const code of codes) if (column.codes.size < MAX_WORDS) column.codes.add(code);
  column.strict ||= strict;
}

export function limitIndex({ column }: Lane, size: number): void {
  column.size = Math.min(column.size ?? Infinity, size);
}

/** Somebody computes with the value as it is. */
export function takeRaw(lane: Lane | undefined): void {
  if (lane !== undefined && !lane.filled) lane.column.needsValue = true;
}

/** A number of a list with one a column, or one for all; NaN where it is too short. */
export function perColumn(list: number[], column: number): number {
  return list[list.length === 1 ? 0 : column] ?? Number.NaN;
}

/** The lanes after `value · gain + shift`, per column or one for all. */
export function scaled(tap: Tap, gains: number[], shifts: number[]): Tap {
  const lanes = tap.lanes.map((lane, at) => {
    const [gain, shift] = [perColumn(gains, at), perColumn(shifts, at)];
    if (lane === undefined || !Number.isFinite(gain) || gain === 0 || !Number.isFinite(shift)) return undefined;
    return { ...lane, gain: lane.gain * gain, shift: lane.shift * gain + shift };
  });
  return { ...tap, lanes };
}
