import { diffSpelled, type DeclaredKind, type FieldChange } from '../../../delivery/declared/index.ts';
import { eq, pipelines, type ReadDb } from '../../../platform/db/index.ts';
import { PipelineError } from '../errors.ts';
import { checkPipeline } from '../file/check.ts';
import { publishedSpec } from '../file/published-schema.ts';
import { parsePipeline } from '../file/read-file.ts';
import { pipelineSpec, type PipelineSpec } from '../file/spec.ts';
import { STEP_KINDS } from '../steps/index.ts';
import { putPipeline } from './put.ts';

/** A pipeline among the documents that `plumbline apply` takes: read and compared as they are, put as `pipelines put` does. */
export const pipelineKind: DeclaredKind<PipelineSpec> = {
  kind: 'Pipeline',
  schema: pipelineSpec.superRefine((spec, context) => {
    for (const { field, message } of problemsOf(spec)) {
      context.addIssue({ code: 'custom', path: pathOf(field), message });
    }
  }),
  // Made when it is asked for: only editors and the test of it do.
  get published() {
    return publishedSpec();
  },
  async read(db, name) {
    const [known] = await db.select({ spec: pipelines.spec }).from(pipelines).where(eq(pipelines.name, name));
    return known === undefined ? undefined : (JSON.parse(known.spec) as unknown);
  },
  async write(_tx, { actor, rollouts: deps }, { name, written }) {
    await putPipeline(deps, actor, { kind: 'Pipeline', name, spec: written });
  },
};

export interface ExaminedPipeline {
  name: string;
  spec: PipelineSpec;
  action: 'create' | 'change' | 'unchanged';
  /** 0: there is none of that name. */
  revision: number;
  fields: FieldChange[];
}

/** What putting it would change. @throws PipelineError `pipeline_malformed` */
export async function examinePipeline(db: ReadDb, written: unknown): Promise<ExaminedPipeline> {
  const { name, spec } = parsePipeline(written);
  checkPipeline(spec, STEP_KINDS);
  const [known] = await db.select().from(pipelines).where(eq(pipelines.name, name));
  const before = known === undefined ? {} : (JSON.parse(known.spec) as unknown);
  const fields = diffSpelled({ written: before, meaning: before }, { written: spec, meaning: spec });
  const action = known === undefined ? 'create' : fields.length === 0 ? 'unchanged' : 'change';
  return { name, spec, action, revision: known?.revision ?? 0, fields };
}

function problemsOf(spec: PipelineSpec): PipelineError['problems'] {
  try {
    checkPipeline(spec, STEP_KINDS);
    return [];
  } catch (error) {
    if (error instanceof PipelineError && error.problems.length > 0) return error.problems;
    throw error;
  }
}

/** Within the spec; places in lists are numbers, by which a reader finds the line. */
function pathOf(field: string): (string | number)[] {
  const [, ...within] = field.split('.');
  return within.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
