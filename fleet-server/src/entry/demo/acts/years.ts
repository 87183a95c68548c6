import type { DriftVerdict } from '@plumbline/shared/drift';
import { listFindings, listVerdicts } from '../../../insight/drift/index.ts';
import { liveUntil } from './live.ts';
import { iso } from '../plan-replay.ts';
import { drained, joinSites } from './sites.ts';
import type { Stage } from '../stage.ts';
import { followLoop, putLoop } from './turns.ts';

const DRAIN_MS = 60_000;

/** Month by month to the end: sites live, the server looks at what they sent, and its own loop turns where that asks for it. */
export async function passYears(stage: Stage, firstVersion: string): Promise<void> {
  await putLoop(stage);
  let inForce = firstVersion;
  const year = { predictions: 0, outcomes: 0, seconds: 0 };
  for (let month = nextMonth(stage.clock.now()); stage.clock.now() < stage.plan.endAt; month = nextMonth(month)) {
    await joinSites(stage, inForce);
    const began = performance.now();
    const lived = await liveUntil(stage, month - 1);
    year.predictions += lived.predictions;
    year.outcomes += lived.outcomes;
    year.seconds += (performance.now() - began) / 1000;
    if (new Date(month).getUTCMonth() === 0) {
      const rate = year.seconds > 0 ? Math.round(year.predictions / year.seconds) : 0;
      stage.teller.line(
        `${new Date(month - 1).getUTCFullYear()}: ${year.predictions} predictions (${rate}/s with reasons, over all agents), ${year.outcomes} outcomes`,
      );
      Object.assign(year, { predictions: 0, outcomes: 0, seconds: 0 });
    }
    // What was sent has arrived before the server looks at it, so that the same seed tells the same story.
    await drained(stage, DRAIN_MS);
    stage.clock.set(month);
    const before = inForce;
    inForce = await followLoop(stage, inForce);
    await tellDrift(stage, before);
  }
}

/** What the server has found since it was last told. */
async function tellDrift({ server, line, teller }: Stage, version: string): Promise<void> {
  const { db } = server.fleet.database;
  const told = new Set(teller.report.drift.map((one) => `${one['version']} ${one['kind']} ${one['from']}`));
  for (const verdict of await listVerdicts(db, line, version)) {
    const { fromAt, toAt, count, alarm, sentence } = verdict;
    const [from, to, kind] = [iso(fromAt), iso(toAt), 'inputs'];
    if (told.has(`${version} ${kind} ${from}`)) continue;
    const { comparisons } = verdict.details as Pick<DriftVerdict, 'comparisons'>;
    const features = comparisons.filter((one) => one.alarm).map(({ name, effect, p }) => ({ name, effect, p }));
    teller.report.drift.push({ version, kind, from, to, count, alarm, sentence, features });
    if (alarm) teller.line(`drift alert, ${from} to ${iso(toAt - 1)}: ${sentence}`);
  }
  const found = await listFindings(db, { line, version, alarm: true });
  for (const { kind, subject = '', from: fromAt, to: toAt, scope, sentence } of found.toReversed()) {
    const [from, to, name] = [iso(fromAt), iso(toAt), `${kind} ${subject}`];
    const isInput = kind === 'covariate' || kind === 'score';
    if (isInput || scope.of !== 'fleet' || told.has(`${version} ${name} ${from}`)) continue;
    teller.report.drift.push({ version, kind: name, from, to, alarm: true, sentence });
    teller.line(`${kind} alert, ${from} to ${iso(toAt - 1)}: ${sentence}`);
  }
}

function nextMonth(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
