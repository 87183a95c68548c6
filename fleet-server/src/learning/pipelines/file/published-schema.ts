import { z } from 'zod';
import { STEP_KINDS, type StepKinds } from '../steps/index.ts';
import { specHead, stepHead } from './spec.ts';

const reference = z.string().regex(/^\s*\$\{\{[^}]*\}\}\s*$/, 'a reference, such as ${{ data.dataset }}');

/** The `spec` of a file, step by step, for editors: any input of a step may be a reference instead. */
export function publishedSpec(kinds: StepKinds = STEP_KINDS): z.ZodType {
  const steps = Object.entries(kinds).map(([uses, { inputs }]) => {
    const fields = Object.entries(inputs.shape as Record<string, z.ZodType>).map(
      ([name, type]): [string, z.ZodType] => {
        const either = z.union([type, reference]);
        return [name, type.safeParse(undefined).success ? either.optional() : either];
      },
    );
    return z.strictObject({
      ...stepHead,
      uses: z.literal(uses),
      with: z.strictObject(Object.fromEntries(fields)).optional(),
    });
  });
  const [first, ...rest] = steps;
  const step = z.discriminatedUnion('uses', [first!, ...rest]);
  return z.strictObject({ ...specHead, steps: z.array(step).min(1).max(50) }).meta({
    title: 'Pipeline',
    description: 'How a model comes about, step by step: what `plumbline pipelines put` and `apply` take.',
  });
}
