import type { Detector } from './detector.ts';

export interface HddmOptions {
  /** Chance of a false alarm at a single look, not over a stream: by itself it keeps no budget. */
  confidence: number;
}

interface State extends HddmOptions {
  n: number;
  errors: number;
  /** The beginning of the stream up to the point at which it looked best. */
  bestN: number;
  bestErrors: number;
}

/**
 * HDDM-A: Hoeffding bounds on two averages, the whole stream against its best beginning, one-sided.
 * Source: Frías-Blanco, del Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz, Caballero-Mota 2015, "Online and
 * non-parametric drift detection methods based on Hoeffding's bounds", IEEE TKDE 27(3); ln(2/δ) as in MOA.
 */
export const hddmA: Detector<State> = {
  name: 'hddm-a',
  start: (options: Partial<HddmOptions> = {}) => {
    return { confidence: options.confidence ?? 0.001, n: 0, errors: 0, bestN: 0, bestErrors: 0 };
  },
  take(before, x) {
    const state = { ...before, n: before.n + x.n, errors: before.errors + x.errors };
    if (state.n === 0) return { state };
    const { confidence, n, errors } = state;
    const radius = (of: number) => Math.sqrt(Math.log(1 / confidence) / (2 * of));
    const best = state.bestN === 0 ? Infinity : state.bestErrors / state.bestN + radius(state.bestN);
    if (errors / n + radius(n) <= best) return { state: { ...state, bestN: n, bestErrors: errors } };
    const threshold = Math.sqrt((((n - state.bestN) / (state.bestN * n)) * Math.log(2 / confidence)) / 2);
    const statistic = errors / n - state.bestErrors / state.bestN;
    if (statistic < threshold) return { state };
    return { state: hddmA.start({ confidence }), alarm: { statistic, threshold } };
  },
};
