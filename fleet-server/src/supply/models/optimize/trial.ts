import type { Profile } from '@plumbline/firmware-profiles';
import { ENGINES, type Engine } from '../../../platform/ports/index.ts';
import type { Candidate, ModelView } from '../../onnx/index.ts';
import type { Figures } from '../judge/figures.ts';
import { gatesOf, latencyGate, refusals, type Gate } from '../judge/gates.ts';
import type { Latency } from '../judge/latency.ts';
import type { WireSizes } from '../wire-codecs.ts';

/** What one engine made of an encoding, beside the model as it came on the same engine. */
export type EngineTrial =
  | { ok: true; figures: Figures; gates: Gate[]; loadMs: number; peakMb: number; latency: Latency | undefined }
  | { ok: false; detail: string };

/** Everything that was found out about one encoding. */
export interface Trial extends Candidate {
  sha256: string;
  wire: WireSizes;
  graph: ModelView;
  engines: Record<Engine, EngineTrial>;
}

/** The name of the encoding that changes nothing. */
export const PLAIN = 'plain';

export interface Verdict {
  verdict: 'pass' | 'refuse';
  reason: string;
}

export function engineTrial(
  figures: Figures,
  lossless: boolean,
  { loadMs, peakMb }: { loadMs: number; peakMb: number },
): EngineTrial {
  return { ok: true, figures, gates: gatesOf(figures, lossless), loadMs, peakMb, latency: undefined };
}

/**
 * Whether an encoding is good enough in itself, on every engine on which the model as it came runs.
 * @param engines those engines
 */
export function judgeTrial(trial: Trial, engines: readonly Engine[]): Verdict {
  const reasons = new Map<string, Engine[]>();
  for (const engine of engines) {
    const on = trial.engines[engine];
    for (const reason of on.ok ? refusals(on.gates) : [on.detail]) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), engine]);
    }
  }
  if (reasons.size > 0) return { verdict: 'refuse', reason: [...reasons].map(sentenceOf(engines)).join('; ') };
  if (trial.recipe === PLAIN) return { verdict: 'pass', reason: 'as it came' };
  return { verdict: 'pass', reason: trial.lossless ? 'answers as the model did that came' : 'within every gate' };
}

/** What every engine says needs no name of one. */
function sentenceOf(all: readonly Engine[]): (found: [string, Engine[]]) => string {
  return ([reason, on]) => (on.length === all.length ? reason : `${on.join(' and ')}: ${reason}`);
}

/** The gate of latency on the engine of a profile. */
export function latencyOn(trial: Trial, { runtime }: Pick<Profile, 'runtime'>): Gate {
  const on = trial.engines[engineOf(runtime.engine)];
  return latencyGate(on.ok ? on.latency : undefined);
}

export function engineOf(runtime: Profile['runtime']['engine']): Engine {
  return runtime === 'onnxruntime-web' ? 'wasm' : 'node';
}

/** The figures of the engine that did worse; undefined when neither answered. */
export function worstFigures({ engines }: Pick<Trial, 'engines'>): Figures | undefined {
  return ENGINES.flatMap((engine) => {
    const on = engines[engine];
    return on.ok ? [on.figures] : [];
  }).toSorted((a, b) => b.worstDiff - a.worstDiff || a.agreement - b.agreement)[0];
}
