import type { DriftVerdict } from '@plumbline/shared/drift';
import { assessVersion, listVerdicts } from '../../../insight/drift/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { decideTrigger, fleetDataset, retrain, type RetrainingPolicy } from '../../../learning/retraining/index.ts';
import { liveUntil } from './live.ts';
import { iso } from '../plan-replay.ts';
import { awaitApproval, rollOut } from './rollout.ts';
import { drained, joinSites } from './sites.ts';
import { tellShrunk } from './shrunk.ts';
import type { Stage } from '../stage.ts';

const DAY_MS = 86_400_000;
const POLICY: RetrainingPolicy = { maximumAgeMs: 365 * DAY_MS, coolDownMs: 330 * DAY_MS, minimumNewLabels: 150 };
const MINIMUM_WINDOW = 150;
const DRAIN_MS = 60_000;

interface InForce {
  version: string;
  trainedAt: number;
  lastTriedAt: number | undefined;
}

/** Month by month to the end: sites live, windows are judged, and when drift or age asks for it the loop turns. */
export async function passYears(stage: Stage, firstVersion: string): Promise<void> {
  let inForce: InForce = { version: firstVersion, trainedAt: stage.plan.startAt, lastTriedAt: undefined };
  const year = { predictions: 0, outcomes: 0, seconds: 0 };
  for (let month = nextMonth(stage.clock.now()); stage.clock.now() < stage.plan.endAt; month = nextMonth(month)) {
    await joinSites(stage, inForce.version);
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
    await judgeDrift(stage, inForce.version, month);
    inForce = await maybeRetrain(stage, inForce, month);
  }
}

/** Windows that began two months ago and earlier have all arrived; some the server has judged by itself meanwhile. */
async function judgeDrift({ server, line, teller }: Stage, version: string, now: number): Promise<void> {
  const options = { upTo: previousMonth(now - 1), minimumCount: MINIMUM_WINDOW };
  await assessVersion(server.fleet, { line, version }, options);
  const told = new Set(teller.report.drift.map((one) => `${one.version} ${one.from}`));
  for (const verdict of await listVerdicts(server.fleet.database.db, line, version)) {
    const { fromAt, toAt, count, alarm, sentence } = verdict;
    const [from, to] = [iso(fromAt), iso(toAt)];
    if (told.has(`${version} ${from}`)) continue;
    const { comparisons } = verdict.details as Pick<DriftVerdict, 'comparisons'>;
    const features = comparisons.filter((one) => one.alarm).map(({ name, effect, p }) => ({ name, effect, p }));
    teller.report.drift.push({ version, from, to, count, alarm, sentence, features });
    if (alarm) teller.line(`drift alert, ${from} to ${iso(toAt - 1)}: ${sentence}`);
  }
}

async function maybeRetrain(stage: Stage, inForce: InForce, now: number): Promise<InForce> {
  const { fleet } = stage.server;
  const { db } = fleet.database;
  const latest = (await listVerdicts(db, stage.line, inForce.version)).findLast((one) => one.alarm);
  const due = await newLabels(stage, inForce.trainedAt, now);
  const trigger = decideTrigger(
    {
      now,
      trainedAt: inForce.trainedAt,
      alarm: latest && { at: latest.assessedAt, sentence: latest.sentence },
      newLabels: due,
      lastTriedAt: inForce.lastTriedAt,
    },
    POLICY,
  );
  if (!trigger.open) return inForce;
  await drained(stage, DRAIN_MS);
  stage.clock.set(now);
  await stage.server.advance();
  stage.teller.line(`${iso(now)} retraining opens (${trigger.cause}): ${trigger.sentence}; ${due} new labels`);
  const dataset = await fleetDataset(db, stage.plan.history, now);
  const retraining = await retrain(fleet, 'system:retraining', {
    line: stage.line,
    trigger: trigger.sentence,
    dataset,
    champion: await getModel(db, stage.line, inForce.version),
    championTrainedAt: inForce.trainedAt,
    options: { seed: stage.options.seed, workers: 2 },
  });
  stage.teller.line(`champion ${inForce.version} against candidate: ${retraining.sentence} → ${retraining.decision}`);
  stage.teller.report.retrainings.push({
    at: iso(now),
    ...retraining,
    release: retraining.release?.version,
    rows: dataset.examples.length,
  });
  const { release } = retraining;
  if (release === undefined) return { ...inForce, lastTriedAt: now };
  tellShrunk(stage.teller, release);
  const approved = await awaitApproval(stage, release.version);
  stage.teller.line(
    `${stage.line}@${release.version}: ${approved ? 'signed by the approver process' : 'not signed'}; ${release.variants[0]?.payloads[0]?.length} bytes on the wire`,
  );
  const completed = approved && (await rollOut(stage, release.version));
  stage.teller.claim(`the rollout of ${release.version} completed on every device`, completed);
  return completed ? { version: release.version, trainedAt: now, lastTriedAt: now } : { ...inForce, lastTriedAt: now };
}

async function newLabels(stage: Stage, since: number, now: number): Promise<number> {
  return stage.plan.future.filter((example) => example.knownAt >= since && example.knownAt < now).length;
}

function nextMonth(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function previousMonth(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
