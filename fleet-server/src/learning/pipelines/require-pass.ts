import { PipelineError } from './errors.ts';

/** @throws PipelineError `gate_refused` with every bound that was missed, in words */
export function requirePass(gate: {
  verdict: 'pass' | 'refuse';
  reasons: readonly { code: string; sentence: string }[];
}): void {
  if (gate.verdict === 'pass') return;
  const missed = gate.reasons.filter(({ code }) => code !== 'not_judged');
  throw new PipelineError('gate_refused', missed.map(({ sentence }) => sentence).join(' '), {
    kind: 'refused',
    field: 'gate',
    expected: 'a model that is better than chance and than always saying the same',
  });
}
