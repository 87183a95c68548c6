import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * Stands for an ONNX model where none may run: `model.onnx` holds these words as JSON. Two features are weighed, and what
 * a scenario wants to be wrong with the model is wrong with its answers; whoever looks at them finds it out by measuring.
 */
export const standInModel = z.strictObject({
  /** Of the release it stands for: what a device may suffer from. */
  version: z.string(),
  weights: z.array(z.number()),
  bias: z.number(),
  /** Added to the score of every record. */
  shift: z.number().default(0),
  /** Share of records on which it falls on the other side of 0.5. */
  inverted: share.default(0),
  /** Moves every score up or down by so much, at random by record: adds its square to the Brier score. */
  scatter: z.number().min(0).default(0),
  /** Share of records it gives no number for. */
  unanswered: share.default(0),
  runMsPerRecord: z.number().min(0).default(1),
  peakMb: z.number().positive().default(32),
});

export type StandInModel = z.infer<typeof standInModel>;

/** @param padding makes the model as long as the one it stands for; what is compressed on the wire should be random */
export function encodeStandIn(model: StandInModel, padding: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(standInModel.parse(model)));
  const bytes = new Uint8Array(text.length + 1 + padding.length);
  bytes.set(text);
  bytes.set(padding, text.length + 1);
  return bytes;
}

/** @throws SyntaxError, ZodError for bytes that are no stand-in */
export function decodeStandIn(bytes: Uint8Array): StandInModel {
  const end = bytes.indexOf(0);
  return standInModel.parse(JSON.parse(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))));
}

/** Probability of the positive class; NaN where it gives none. Missing values count as 0. */
export function standInScore(model: StandInModel, row: readonly number[]): number {
  const { shift, inverted, scatter, unanswered } = model;
  if (unanswered > 0 && drawOf(row, 1) < unanswered) return Number.NaN;
  const sum = row.reduce((total, value, i) => total + (value || 0) * (model.weights[i] ?? 0), model.bias);
  let score = 1 / (1 + Math.exp(-sum));
  if (inverted > 0 && drawOf(row, 2) < inverted) score = 1 - score;
  if (scatter > 0) score += drawOf(row, 3) < 0.5 ? scatter : -scatter;
  return Math.min(1, Math.max(0, score + shift));
}

/** A number of [0, 1) that follows from the values of a record: the same record is treated alike on every device. */
function drawOf(row: readonly number[], salt: number): number {
  let mixed = 0x811c9dc5 ^ salt;
  for (const value of row) {
    // Features travel as float32: what a caller gave and what a run sees must draw the same.
    const whole = Math.round(Math.fround(value || 0) * 1e4) | 0;
    for (let shift = 0; shift < 32; shift += 8) mixed = Math.imul(mixed ^ ((whole >>> shift) & 0xff), 0x01000193);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}
