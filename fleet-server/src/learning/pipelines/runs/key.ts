import { createHash } from 'node:crypto';
import { canonicalBytes } from '@plumbline/shared/trust';
import { and, desc, eq, pipelineSteps } from '../../../platform/db/index.ts';
import type { PipelineDeps, StepKind, ValueType, Values } from '../steps/kind.ts';

const KEPT: readonly ValueType[] = ['trained', 'evaluated', 'registered', 'optimized'];

/**
 * SHA-256 of everything the result of a step depends on: its kind, the version of that kind's contract, its inputs with
 * every reference resolved (artifacts and datasets are named by their hashes), and what it reads beside them.
 * Undefined: the step depends on what nobody can name.
 */
export async function keyOfStep(
  deps: PipelineDeps,
  uses: string,
  kind: StepKind,
  inputs: Record<string, unknown>,
): Promise<string | undefined> {
  const beside = kind.fingerprint === undefined ? null : await kind.fingerprint(deps, inputs);
  if (beside === undefined) return undefined;
  const telling = Object.fromEntries(Object.entries(inputs).filter(([name]) => !kind.indifferent?.includes(name)));
  // Through JSON: what is absent and what is undefined is the same.
  const content = JSON.parse(JSON.stringify(['plumbline-step', uses, kind.contract, telling, beside])) as unknown;
  return createHash('sha256').update(canonicalBytes(content)).digest('hex');
}

/** The newest result with this key that is still true. */
export async function earlierResult(
  deps: PipelineDeps,
  kind: StepKind,
  key: string,
): Promise<{ run: string; outputs: Values; says: string } | undefined> {
  const [row] = await deps.database.db
    .select({ run: pipelineSteps.run, outputs: pipelineSteps.outputs, says: pipelineSteps.says })
    .from(pipelineSteps)
    .where(and(eq(pipelineSteps.key, key), eq(pipelineSteps.state, 'succeeded')))
    .orderBy(desc(pipelineSteps.endedAt))
    .limit(1);
  if (row === undefined) return undefined;
  const outputs = JSON.parse(row.outputs) as Values;
  for (const [name, type] of Object.entries(kind.outputs)) {
    if (KEPT.includes(type) && !(await deps.artifacts.has(String(outputs[name])))) return undefined;
  }
  if (kind.isStill !== undefined && !(await kind.isStill(deps, outputs))) return undefined;
  return { run: row.run, outputs, says: row.says };
}

/** The same for the same step of the same run, or, where results of earlier runs count, for the same key. */
export function effectKeyOf(key: string | undefined, run: string, step: string, isForced: boolean): string {
  if (key !== undefined && !isForced) return key;
  return createHash('sha256')
    .update(JSON.stringify([key ?? null, run, step]))
    .digest('hex');
}
