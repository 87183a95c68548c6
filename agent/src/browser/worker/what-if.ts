import type { Agent, Prediction } from '../../index.ts';

/**
 * What every running model would say of an activity if these values stood in its plan. Said again, as it were: nothing
 * of it is counted, stored or sent.
 * @throws PredictError, AgentError
 */
export async function whatIf(
  agent: Pick<Agent, 'activities' | 'state' | 'predict'>,
  now: number,
  activity: string,
  values: Record<string, number | string | null>,
): Promise<Prediction[]> {
  const planned = agent.activities().find((one) => one.activity === activity)?.plan?.values ?? {};
  const record = { activity, values: { ...planned, ...values }, asOf: now };
  const lines = agent.state().lines.filter(({ running }) => running !== undefined);
  const answers = await Promise.all(
    lines.map(({ line }) => agent.predict([record], { line, reasons: true, again: true })),
  );
  return answers.flat();
}
