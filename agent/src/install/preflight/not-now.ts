import { freeSlot, type UpdateInput, type UpdateModel } from '../../update/index.ts';
import { missingBytes } from '../fetch-progress.ts';
import type { InstallDeps, StepInput } from '../step.ts';
import { windowOpensAt } from './install-window.ts';

export type NotNow = Extract<UpdateInput, { type: 'deferred' }>;

/** What is about to begin: each asks for what it needs and no more. */
export type Phase = 'copy' | 'fetch' | 'stage' | 'activate';

/** Facts of the device tell nobody when they change: they are looked at again after this long. */
export const LOOK_AGAIN_MS = 600_000;
/** Below this charge a tablet keeps what it has for the person who holds it. */
const DEFAULT_MIN_BATTERY_PERCENT = 15;
const MB = 2 ** 20;

type Step = Pick<StepInput, 'model' | 'target'>;
type Rule = (deps: InstallDeps, step: Step) => NotNow | undefined | Promise<NotNow | undefined>;

/**
 * What speaks against this phase at this moment. It is never a failure: what holds an install up goes by, and a fact
 * that the platform does not tell holds nothing up.
 */
export async function notNow(deps: InstallDeps, step: Step, phase: Phase): Promise<NotNow | undefined> {
  for (const rule of RULES[phase]) {
    const said = await rule(deps, step);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** The phase in which a waiting line would go on. */
export function nextPhase(model: UpdateModel): Phase {
  const { target } = model;
  return target !== undefined && model.slots[freeSlot(model)]?.sha256 === target.sha256 ? 'stage' : 'fetch';
}

const person = ({ deferral }: InstallDeps): NotNow | undefined => {
  const said = deferral.standing();
  return said && wait('deferred_on_site', said.until, `until ${said.until}, by ${said.actor}`);
};

/** What is fetched now would be wiped next. */
const leaving = ({ settings, trustedNow }: InstallDeps): NotNow | undefined =>
  settings().retire === 1
    ? wait('retiring', trustedNow() + LOOK_AGAIN_MS, 'the device was ordered to leave the fleet')
    : undefined;

/** By the fleet or by a person on site. */
const toldNotTo = (deps: InstallDeps): NotNow | undefined => leaving(deps) ?? person(deps);

const window = ({ settings, trustedNow }: InstallDeps, step: Step): NotNow | undefined => {
  const now = trustedNow();
  const opensAt = isReturn(step) ? undefined : windowOpensAt(settings(), now);
  if (opensAt === undefined) return undefined;
  const { installFromMinute: from, installUntilMinute: until } = settings();
  return wait('outside_window', opensAt, `installs run from minute ${from} to minute ${until} of the day, UTC`);
};

const power: Rule = async ({ host, settings, trustedNow }, step) => {
  const now = await host.power();
  const { minBatteryPercent: least = DEFAULT_MIN_BATTERY_PERCENT } = settings();
  if (isReturn(step) || now?.onBattery !== true || now.percent === undefined || now.percent >= least) return undefined;
  return wait('power_low', trustedNow() + LOOK_AGAIN_MS, `battery at ${now.percent} %, installs need ${least} %`);
};

const memory: Rule = async ({ host, profile, trustedNow }, { target }) => {
  const freeBytes = await host.freeMemoryBytes();
  const neededMb = Math.min(profile.memoryForModelMb, target.needs?.memoryMb ?? Infinity);
  if (freeBytes === undefined || freeBytes >= neededMb * MB) return undefined;
  const detail = `${mb(freeBytes)} of memory are free, the trial of a model needs ${neededMb} MB`;
  return wait('memory_low', trustedNow() + LOOK_AGAIN_MS, detail);
};

/** Twice what will be written: the file system's own needs, and other writers, come on top of it. */
const disk: Rule = async (deps, { model, target }) => {
  // What lies in the slot already is not written again.
  if (model.slots[freeSlot(model)]?.sha256 === target.sha256) return undefined;
  const freeBytes = await deps.host.freeDiskBytes();
  if (freeBytes === undefined) return undefined;
  const neededBytes = 2 * (target.length + (await missingBytes(deps, target)));
  if (freeBytes >= neededBytes) return undefined;
  const detail = `${mb(freeBytes)} of disk are free, the install needs ${mb(neededBytes)}`;
  return wait('disk_full', deps.trustedNow() + LOOK_AGAIN_MS, detail);
};

const link: Rule = async (deps, { target }) => {
  if (deps.linkBudget === undefined) return undefined;
  return overBudget(deps, await missingBytes(deps, target));
};

/** Asked again at every block: other traffic draws on the same budget. */
function overBudget({ linkBudget }: Pick<InstallDeps, 'linkBudget'>, sizeBytes: number): NotNow | undefined {
  const answer = sizeBytes === 0 ? undefined : linkBudget?.admit(sizeBytes, 'install');
  return answer === undefined || answer.ok ? undefined : wait(answer.reason, answer.until, answer.detail);
}

/** In the middle of a fetch only what can be asked without waiting is asked. */
export function stopsFetching(deps: InstallDeps, step: Step, leftBytes: number): NotNow | undefined {
  return toldNotTo(deps) ?? window(deps, step) ?? overBudget(deps, leftBytes);
}

const RULES: Record<Phase, readonly Rule[]> = {
  // On the site, where no byte is paid for.
  copy: [toldNotTo, window, power, memory, disk],
  fetch: [toldNotTo, window, power, memory, disk, link],
  stage: [toldNotTo, window, power, memory, disk],
  activate: [toldNotTo, window],
};

/**
 * Back to bytes that were proven here and still lie in the other slot: the brake at two in the morning waits for no
 * window and no charge, only for a person who stands before the device.
 */
function isReturn({ model, target }: Step): boolean {
  const other = model.slots[freeSlot(model)];
  return other?.proven === true && other.sha256 === target.sha256;
}

function wait(reason: NonNullable<NotNow['reason']>, until: number, detail: string): NotNow {
  return { type: 'deferred', until, reason, detail };
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}
