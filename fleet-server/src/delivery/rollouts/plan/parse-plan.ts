import { RolloutError } from '../errors.ts';
import { rolloutPlan, type RolloutPlan, type Stage } from './rollout-plan.ts';

/**
 * A plan as it is written, checked and filled up.
 * @throws RolloutError `rollout_plan_malformed`, `rollout_stages_overlap`, naming the field
 */
export function parsePlan(written: unknown): RolloutPlan {
  const parsed = rolloutPlan.safeParse(written);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') || 'plan';
    throw new RolloutError('rollout_plan_malformed', `rollout: ${field}: ${issue?.message}`, {
      field,
      expected: issue?.message.replace(/^expected /, '') ?? 'a rollout plan',
    });
  }
  const { data } = parsed;
  data.stages.forEach((stage, index) => refuseUseless(data.stages, stage, index));
  data.freezes.forEach(({ from, until }, index) => {
    if (isDay(from) && isDay(until) && from <= until) return;
    throw new RolloutError('rollout_plan_malformed', `rollout: freezes.${index}: ${from} to ${until}`, {
      field: `freezes.${index}.${isDay(from) ? 'until' : 'from'}`,
      expected: 'two days of the calendar, the first not after the last',
    });
  });
  return data;
}

/**
 * Stages overlap all the time: 10 % and then 100 % select the same devices, and a device belongs to the first stage
 * that draws it. What cannot work is a stage for which nobody is ever left, and two of one name.
 */
function refuseUseless(stages: readonly Stage[], stage: Stage, index: number): void {
  const at = `stages.${index}`;
  const before = stages.slice(0, index);
  if (before.some((one) => one.name === stage.name)) {
    throw new RolloutError('rollout_stages_overlap', `rollout: two stages are called ${stage.name}`, {
      field: `${at}.name`,
      expected: 'a name that no other stage has',
    });
  }
  const covering = before.find((one) => covers(one, stage));
  if (covering === undefined) return;
  throw new RolloutError(
    'rollout_stages_overlap',
    `rollout: stage ${stage.name} adds nobody: ${covering.name} has had all of its devices before`,
    { field: `${at}.size`, expected: `more devices than stage ${covering.name} has, or another selection` },
  );
}

/** Whether `earlier` has taken everybody that `later` could ever draw, whatever the fleet looks like. */
function covers(earlier: Stage, later: Stage): boolean {
  const takesAll = 'percent' in earlier.size && earlier.size.percent === 100;
  if (takesAll && earlier.group === undefined && earlier.selector === undefined) return true;
  if (earlier.group !== later.group || earlier.selector !== later.selector) return false;
  if (takesAll) return true;
  const [a, b] = [earlier.size, later.size];
  if ('percent' in a && 'percent' in b) return b.percent <= a.percent;
  return 'count' in a && 'count' in b && b.count <= a.count;
}

/** The pattern lets 31 February through, which the calendar turns into another day. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
