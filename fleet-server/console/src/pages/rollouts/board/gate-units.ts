import { figure, percent } from '../words.ts';

/** Which side of its limit a gate wants its number on. */
export const GATE_LIMITS: Readonly<Record<string, 'most' | 'least'>> = {
  proven: 'least',
  agreement: 'least',
};

const SHARES = new Set(['proven', 'failures', 'errors', 'agreement']);
const RATIOS = new Set(['latency', 'memory']);

/** A number of a gate in the unit it is meant in: shares in %, times the model in force as a factor. */
export function gateFigure(gate: string, value: number): string {
  if (SHARES.has(gate)) return percent(value);
  return RATIOS.has(gate) ? `${figure(value)} ×` : figure(value);
}

/** Of those that are a share, the whole of it; else as far as a number reaches. */
export function gateScale(gate: string, numbers: readonly number[]): readonly [low: number, high: number] {
  if (SHARES.has(gate)) return [0, 1];
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  return [low, high === low ? low + 1 : high + (high - low) * 0.1];
}
