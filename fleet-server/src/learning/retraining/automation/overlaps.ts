import type { ReadDb } from '../../../platform/db/index.ts';
import { listPipelines, type Pipeline } from '../../pipelines/index.ts';
import { findRetrainPolicy } from '../policy/read.ts';
import type { RetrainPolicy } from '../policy/policy.ts';

/** What the drift triggers of a pipeline do not bring about, for whoever puts it: as `whyWithheld` will say. */
export async function warningsOfPipeline(
  db: ReadDb,
  { name, spec }: Pick<Pipeline, 'name' | 'spec'>,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const line of linesOf(spec)) {
    const policy = await findRetrainPolicy(db, line);
    if (policy === undefined || policy.spec.mode === 'off') continue;
    warnings.push(`drift of ${line} does not start ${name}: ${line} has a policy of retraining, which sees to it`);
  }
  return warnings;
}

/** Pipelines that drift of the line does not start any more, for whoever puts its policy. */
export async function warningsOfPolicy(db: ReadDb, { line, mode }: RetrainPolicy): Promise<string[]> {
  if (mode === 'off') return [];
  const governed = (await listPipelines(db)).filter(({ spec }) => linesOf(spec).includes(line));
  return governed.map(
    ({ name }) => `drift of ${line} does not start the pipeline ${name} any more: this policy sees to it`,
  );
}

function linesOf({ on }: Pipeline['spec']): string[] {
  return [...new Set(on.flatMap(({ drift }) => (drift === undefined ? [] : [drift])))];
}
