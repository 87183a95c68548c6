import type { QualityFinding } from '../datasets/index.ts';

interface RowsReason {
  code: 'rows_not_honest';
  sentence: string;
  value: number;
  bound: number;
}

/** Rows that make every figure false refuse what is learned from them, whatever the figures say. */
export function withFindings<Gate extends { verdict: 'pass' | 'refuse'; reasons: unknown[] }>(
  gate: Gate,
  findings: readonly QualityFinding[] = [],
): Omit<Gate, 'reasons'> & { reasons: (Gate['reasons'][number] | RowsReason)[] } {
  const refusing = findings.filter(({ severity }) => severity === 'refuse');
  if (refusing.length === 0) return gate;
  const value = refusing.length;
  const reasons = refusing.map(({ sentence }): RowsReason => ({ code: 'rows_not_honest', sentence, value, bound: 0 }));
  return { ...gate, verdict: 'refuse', reasons: [...reasons, ...gate.reasons] };
}
