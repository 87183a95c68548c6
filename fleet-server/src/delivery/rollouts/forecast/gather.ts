import { clamp, resolveProfile, type Profile } from '@plumbline/firmware-profiles';
import { answerInWords, answersAlike } from '@plumbline/shared/manifest';
import { lineRole } from '@plumbline/shared/trust';
import type { DeviceReport } from '@plumbline/shared/wire';
import { bundleParts } from '../evidence/bundle-parts.ts';
import { devices, type ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { isFrozen, listLines, presenceOf } from '../../../sites/devices/index.ts';
import { resolveMembers } from '../../../sites/groups/index.ts';
import { listSites } from '../../../sites/register/index.ts';
import { getModel, outputsOf } from '../../../supply/models/index.ts';
import { newestMetadata } from '../../../supply/repository/index.ts';
import { fitterOf, type Fit } from '../execute/fit.ts';
import { drawStage, selectionOf } from '../plan/draw.ts';
import type { RolloutPlan } from '../plan/rollout-plan.ts';
import type { ForecastDevice, ForecastFit, ForecastInput } from './forecast-input.ts';
import { gatesAsked } from '../plan/stage-gates.ts';
import { dueActivities, plansBySite, predictionsByDevice } from './traffic.ts';

const DAY_MS = 24 * 3_600_000;
/** Days of presence that are looked at, and one for the one that runs. */
const PRESENCE_DAYS = 29;
/** Records a device keeps of what it was asked, see `recentRecords`. */
const KEPT_RECORDS = 200;
/** Devices are asked for by name up to so many; beyond that, one question for all is cheaper. */
const BY_NAME = 2500;
/** Of a report of one line, where a device has sent none. */
const REPORT_BYTES = 700;

export interface ForecastDeps {
  db: ReadDb;
  /** Bundles, for their parts; without it nothing is said of them. */
  artifacts?: ArtifactStore | undefined;
  now: number;
}

export interface ForecastSubject {
  plan: RolloutPlan;
  /** Stage that is open, −1 before the start; its members and those of the stages before it are frozen. */
  open: number;
  members: readonly { device: string; stage: number; isGiven: boolean }[];
}

/**
 * Everything a forecast is a function of, read once.
 * @throws ModelError `model_unknown`, `model_not_published`; GroupError `group_unknown`, `selector_malformed`;
 * ArtifactError of a bundle that cannot be read
 */
export async function gatherForecast(deps: ForecastDeps, subject: ForecastSubject): Promise<ForecastInput> {
  const { db, now } = deps;
  const { plan, open } = subject;
  const { line, version } = plan;
  const release = await getModel(db, line, version);
  const fitOf = await fitterOf(db, line, version);
  const { predecessor } = release;
  const fitBack = predecessor === null ? undefined : await fitterOf(db, line, predecessor).catch(() => undefined);
  const rows = await readRows(db);
  const fits = new Map([...rows].map(([id, row]) => [id, fitOf(row)]));
  const { drawn, selected, everybody } = await draw(deps, subject, fits);
  const given = new Set(subject.members.filter(({ isGiven }) => isGiven).map(({ device }) => device));

  const running = new Map((await listLines(db, { line })).map((one) => [one.device, one.running]));
  // Who is there now is given it now, unless a window or a freeze date holds it up: their past is not asked.
  const isHeldUp = plan.window !== undefined || plan.freezes.length > 0;
  const away = [...everybody].filter((id) => isHeldUp || rows.get(id)?.connection === null);
  const presence = await presenceOf(db, away.length > BY_NAME ? 'all' : away, { from: now - PRESENCE_DAYS * DAY_MS });
  const sites = new Map((await listSites(db)).map(({ id, zone, costPerMb }) => [id, { zone, costPerMb }]));
  const predictions = await predictionsByDevice(db, line, now);
  const plans = await plansBySite(db);
  const limitOf = limits(plan);
  const all: ForecastDevice[] = [];
  for (const id of [...everybody].toSorted()) {
    const [row, fit] = [rows.get(id), fits.get(id)];
    if (row === undefined || fit === undefined) continue;
    const { site, profile, agent, connection, lastSeenAt, report } = row;
    const said = report === null ? undefined : (JSON.parse(report) as DeviceReport);
    const asked = predictions(id);
    const back = fitBack?.(row).model;
    all.push({
      device: id,
      site,
      profile,
      agent,
      stage: drawn.get(id),
      fit: readFit(fit),
      back: back && { sha256: back.sha256, payloadBytes: back.payload.length },
      isGiven: given.has(id),
      isOnline: connection !== null,
      lastSeenAt,
      presence: presence.get(id) ?? [],
      runningSha256: running.get(id)?.sha256,
      records: Math.min(KEPT_RECORDS, asked.count + (plans.get(site) ?? 0)),
      predictionsPerDay: asked.perDay,
      link: { usedBytes: usedOf(said, now), limitBytes: limitOf(profile, said) },
      reportBytes: report?.length ?? REPORT_BYTES,
    });
  }
  const untouched = new Set([...rows].flatMap(([id, { site }]) => (everybody.has(id) ? [] : [site])));
  return {
    now,
    plan,
    open,
    predecessor,
    ...(await unlikeBefore(db, { line, version, predecessor })),
    parts: await readParts(deps, release.variants),
    selected,
    devices: all,
    sites,
    untouchedSites: untouched,
    metadata: {
      timestamp: await lengthOf(db, 'timestamp'),
      snapshot: await lengthOf(db, 'snapshot'),
      line: await lengthOf(db, lineRole(line)),
    },
    due: await readDue(db, plan, now),
    frozen: (await isFrozen(db))?.reason,
  };
}

/** Opens every stage on paper; those that have opened are what they are. */
async function draw(
  { db, now }: ForecastDeps,
  { plan, open, members }: ForecastSubject,
  fits: ReadonlyMap<string, Fit>,
) {
  const drawn = new Map(members.map(({ device, stage }) => [device, stage]));
  const everybody = new Set(drawn.keys());
  const found = new Map<string, string[]>();
  const selected: number[] = [];
  for (const [index, stage] of plan.stages.entries()) {
    if (index <= open) {
      selected.push(members.filter((one) => one.stage === index).length);
      continue;
    }
    const selection = selectionOf(stage);
    const key = JSON.stringify(selection);
    const who = found.get(key) ?? (await resolveMembers(db, selection, now));
    found.set(key, who);
    for (const device of who) everybody.add(device);
    const unfit = new Set(who.filter((device) => fits.get(device)?.model === undefined));
    const taken = new Set(drawn.keys());
    for (const device of drawStage({ ...stage, selected: who, taken, unfit, seed: plan.seed }))
      drawn.set(device, index);
    selected.push(who.length);
  }
  return { drawn, selected, everybody };
}

async function readRows(db: ReadDb) {
  const { id, site, profile, agent, connection, lastSeenAt, report } = devices;
  const rows = await db.select({ id, site, profile, agent, connection, lastSeenAt, report }).from(devices);
  return new Map(rows.map(({ id: device, ...row }) => [device, row]));
}

/** `models/<line>/<counter>/<variant>.plb` names the variant. */
function readFit({ model, unfit }: Fit): ForecastFit {
  if (model === undefined) return { unfit };
  const variant = model.path.replace(/^.*\//, '').replace(/\.plb$/, '');
  return { variant, codec: model.payload.codec, payloadBytes: model.payload.length, sha256: model.sha256 };
}

/** Up and down in the month that runs, UTC; what was counted in another one is over. */
function usedOf(report: DeviceReport | undefined, now: number): number {
  const link = report?.link;
  if (link === undefined) return 0;
  const [then, today] = [new Date(link.monthFrom), new Date(now)];
  const isThis = then.getUTCFullYear() === today.getUTCFullYear() && then.getUTCMonth() === today.getUTCMonth();
  return isThis ? link.upBytes + link.downBytes : 0;
}

/** What the rollout sets, within the bounds of the profile; else what the device goes by; else the budget of the profile. */
function limits({ settings }: RolloutPlan) {
  const profiles = new Map<string, Profile | undefined>();
  const profileOf = (id: string) => {
    if (!profiles.has(id)) profiles.set(id, profileNamed(id));
    return profiles.get(id);
  };
  return (id: string, report: DeviceReport | undefined): number | undefined => {
    const profile = profileOf(id);
    const asked = profile && settings && clamp(profile, settings).settings.linkMonthlyBytes;
    const monthlyBudgetMb = profile?.link.monthlyBudgetMb;
    return asked ?? report?.link?.limitBytes ?? (monthlyBudgetMb && monthlyBudgetMb * 2 ** 20);
  };
}

/** A profile that this program does not know has no budget; that nothing fits it is said elsewhere. */
function profileNamed(id: string): Profile | undefined {
  try {
    return resolveProfile(id);
  } catch {
    return undefined;
  }
}

async function readParts({ artifacts }: ForecastDeps, variants: readonly { variant: string; archive: string }[]) {
  const parts: ForecastInput['parts'] = [];
  if (artifacts === undefined) return parts;
  for (const { variant, archive } of variants) parts.push({ variant, parts: await bundleParts(artifacts, archive) });
  return parts;
}

async function unlikeBefore(db: ReadDb, of: { line: string; version: string; predecessor: string | null }) {
  const { line, version, predecessor } = of;
  const outputs = await outputsOf(db, line);
  const [ours, theirs] = [outputs.get(version), predecessor === null ? undefined : outputs.get(predecessor)];
  if (ours === undefined || theirs === undefined || answersAlike(ours, theirs)) return {};
  return { unlike: `${version} answers ${answerInWords(ours)}, and ${predecessor} before it ${answerInWords(theirs)}` };
}

async function lengthOf(db: ReadDb, role: string): Promise<number> {
  return (await newestMetadata(db, role))?.bytes.length ?? 0;
}

/** Up to the end of the longest plan there could be. */
async function readDue(db: ReadDb, plan: RolloutPlan, now: number) {
  const asked = gatesAsked(plan);
  if (!asked.has('quality') && !asked.has('fairness')) return [];
  const longest = plan.stages.reduce((sum, { soak, deadline }) => sum + soak + deadline, 0);
  return dueActivities(db, plan.line, { from: now, to: now + longest + DAY_MS });
}
