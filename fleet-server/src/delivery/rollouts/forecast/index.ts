import { resolvePlan } from '../create.ts';
import { getRollout, listMembers, type RolloutDeps } from '../read.ts';
import { forecastOf, type Forecast } from './forecast.ts';
import { gatherForecast } from './gather.ts';

export type { Forecast, StageForecast } from './forecast.ts';
export type { Warning } from './forecast-input.ts';

type Deps = Pick<RolloutDeps, 'database' | 'now' | 'artifacts'>;

/**
 * What a plan would mean if it were started now; nothing is written down.
 * @param written a `WrittenPlan`, as it comes from outside; a policy it names makes it whole
 * @throws RolloutError `rollout_plan_malformed`, `rollout_stages_overlap`; ModelError `model_unknown`,
 * `model_not_published`; PolicyError `policy_unknown`; GroupError `group_unknown`, `selector_malformed`
 */
export async function forecastPlan({ database: { db }, now, artifacts }: Deps, written: unknown): Promise<Forecast> {
  const plan = await resolvePlan(db, written);
  return forecastOf(await gatherForecast({ db, artifacts, now: now() }, { plan, open: -1, members: [] }));
}

/**
 * What is left of a rollout: stages that have opened with the devices they have.
 * @param id its id, or the name it was declared under
 * @throws RolloutError `rollout_unknown`; ModelError `model_not_published`
 */
export async function forecastRollout({ database: { db }, now, artifacts }: Deps, id: string): Promise<Forecast> {
  const { id: found, plan, state } = await getRollout(db, id);
  const members = (await listMembers(db, found)).map(({ device, stage, assignmentSeq }) => ({
    device,
    stage,
    isGiven: assignmentSeq !== null,
  }));
  const deps = { db, artifacts, now: now() };
  return forecastOf(await gatherForecast(deps, { plan, open: state.stage, members }));
}
