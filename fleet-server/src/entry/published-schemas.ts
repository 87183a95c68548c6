import type { z } from 'zod';
import { writtenSchemas } from '../delivery/declared/index.ts';
import { pipelineKind } from '../learning/pipelines/index.ts';
import { scenario } from '../delivery/rehearsal/scenario/scenario.ts';

/** Everything people write in files, by the name under which its schema is published. */
export function publishedSchemas(): Record<string, z.ZodType> {
  return { ...writtenSchemas([pipelineKind]), scenario };
}
