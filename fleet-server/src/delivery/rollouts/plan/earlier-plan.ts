import { z } from 'zod';
import { rolloutPlan, type RolloutPlan } from './rollout-plan.ts';

const gate = z.object({ minimumSample: z.number(), provenRatio: z.number(), failureRatio: z.number() });
/** The first form of a plan: one gate, tags instead of selectors. Rows written in it are still read. */
const firstForm = z.object({
  stages: z.array(
    z.object({
      name: z.string(),
      tags: z.array(z.string()),
      size: z.unknown(),
      soakMs: z.number(),
      gate: gate.optional(),
    }),
  ),
  gate,
});

/** A plan as a row holds it. */
export function planOfRow(stored: unknown): RolloutPlan {
  const first = firstForm.safeParse(stored);
  if (!first.success) return rolloutPlan.parse(stored);
  const { gate: asked, stages, ...rest } = { ...(stored as Record<string, unknown>), ...first.data };
  return rolloutPlan.parse({
    ...rest,
    gates: gatesOf(asked),
    stages: stages.map(({ name, tags, size, soakMs, gate: own }) => ({
      name,
      size,
      soak: soakMs,
      ...(tags.length > 0 && { selector: tags.map((tag) => `tag = ${JSON.stringify(tag)}`).join(' and ') }),
      ...(own && { gates: gatesOf(own) }),
    })),
  });
}

function gatesOf({ minimumSample, provenRatio, failureRatio }: z.infer<typeof gate>) {
  return { minimum: minimumSample, proven: { atLeast: provenRatio }, failures: { atMost: failureRatio } };
}
