import { approve } from './approve.ts';
import { data } from './data.ts';
import { evaluate } from './evaluate.ts';
import type { StepKind } from './kind.ts';
import { optimize } from './optimize.ts';
import { register } from './register.ts';
import { rollout } from './rollout.ts';
import { search } from './search.ts';
import { split } from './split.ts';
import { validate } from './validate.ts';

export type StepKinds = Readonly<Record<string, StepKind>>;

/** What a step may use, in the order in which a model goes through them. */
export const STEP_KINDS: StepKinds = {
  data,
  validate,
  split,
  search,
  evaluate,
  register,
  optimize,
  approve,
  rollout,
};
