import { clamp, type Profile } from '@plumbline/firmware-profiles';
import { codeOf } from '@plumbline/shared/errors';
import {
  keyId,
  lineRole,
  refresh,
  TrustError,
  toHex,
  verifyAssignment,
  type AssignedModel,
  type ImageTrust,
} from '@plumbline/shared/trust';
import type { Blocks } from '../link/blocks.ts';
import type { Clock, Crypto } from '../ports/index.ts';
import type { Target } from '../update/index.ts';
import type { Belief } from './belief.ts';
import { fleetTargetOf, isFleetTarget, openFleet } from './fleet.ts';
import { judge, type Declined } from './judge.ts';
import { createSource, DEVICE_LIMITS, type DeviceSource } from './source.ts';
import { floorUnder, raisedFloor, signedTimeOf } from './time.ts';

export interface LearnDeps {
  clock: Clock;
  crypto: Crypto;
  blocks: Blocks;
  identity: { site: string; device: string };
  profile: Profile;
  /** Highest release counter that ever ran here. */
  ranCounter: (line: string) => number;
  belief: () => Belief;
  /** Resolves when it is durable; only then it is believed. */
  believe: (belief: Belief) => Promise<void>;
  /** Never before the time floor, ms. */
  now: () => number;
}

/** A new desired state as exact bytes: what `dn/desired` carries. */
export interface Statements {
  assignment: Uint8Array;
  timestamp: Uint8Array;
}

export interface Learned {
  targets: readonly Target[];
  declined: Declined[];
}

/**
 * Follows one desired state through: roots, timestamp, snapshot, targets, fleet, assignment, lines. Every document
 * that holds is believed for good, also when a later one is refused; the assignment is obeyed as a whole or not at all.
 * @returns undefined when it is the one obeyed already
 * @throws TrustError when something is refused; AgentError of kind `unavailable` when it did not arrive
 */
export async function learn(deps: LearnDeps, message: Statements, signal: AbortSignal): Promise<Learned | undefined> {
  const digest = async (bytes: Uint8Array) => toHex(await deps.crypto.sha256(bytes));
  const hashes = {
    assignmentSha256: await digest(message.assignment),
    timestampSha256: await digest(message.timestamp),
  };
  const { obeyed } = deps.belief();
  const repeated = obeyed?.assignmentSha256 === hashes.assignmentSha256;
  if (repeated && obeyed.timestampSha256 === hashes.timestampSha256) return undefined;
  const held = () => deps.belief().image;
  const source = createSource({ blocks: deps.blocks, timestamp: message.timestamp, held, signal });
  await refreshImage(deps, source);
  await refreshFleet(deps, source);
  return obey(deps, message.assignment, source, { ...hashes, repeated });
}

async function refreshImage(deps: LearnDeps, source: DeviceSource): Promise<void> {
  for (;;) {
    const asOf = deps.now();
    try {
      await refresh(deps.belief().image, source, asOf, save(deps), DEVICE_LIMITS);
      return;
    } catch (error) {
      // New timestamp keys took a floor with them that was too high: what looked expired is looked at again.
      if (codeOf(error) !== 'stale' || deps.now() >= asOf) throw error;
    }
  }
}

function save({ belief, believe, clock }: LearnDeps): (image: ImageTrust) => Promise<void> {
  return async (image) => {
    const before = belief();
    const kept = floorUnder(image, before.image, before.timeFloor, clock.now());
    await believe({ ...before, image, timeFloor: raisedFloor(kept, image, clock.now()) });
  };
}

async function refreshFleet({ belief, believe }: LearnDeps, source: DeviceSource): Promise<void> {
  const { image, fleet } = belief();
  if (image.targets === undefined) throw new TrustError('role_missing', 'targets: none is held', 'targets');
  const named = fleetTargetOf(image.targets.signed);
  if (fleet !== undefined && isFleetTarget(fleet.bytes, named)) return;
  const opened = openFleet(await source.fetchFleet(named.hashes['sha256']), named);
  // What other keys were obeyed in is forgotten with them; the floors of this document are the new start.
  const known = new Set(opened.signed.directors.map(keyId));
  const directors = Object.fromEntries(Object.entries(belief().directors).filter(([id]) => known.has(id)));
  await believe({ ...belief(), fleet: opened, directors });
}

async function obey(
  deps: LearnDeps,
  bytes: Uint8Array,
  source: DeviceSource,
  { repeated, ...hashes }: { repeated: boolean; assignmentSha256: string; timestampSha256: string },
): Promise<Learned> {
  const { belief, believe, profile, ranCounter } = deps;
  const { fleet, directors, image } = belief();
  if (fleet === undefined) throw new TrustError('role_missing', 'fleet: none is held', 'fleet');
  const context = { ...deps.identity, now: deps.now(), signedTime: signedTimeOf(image), repeated };
  const { assignment, keyid, memory } = verifyAssignment(bytes, fleet.signed, directors, context);
  const { targets, declined, floors } = await judge({
    assignment,
    source,
    image: () => belief().image,
    save: save(deps),
    now: deps.now(),
    floors: memory.floors,
    ranCounter,
    profile,
  });
  await believe({
    ...belief(),
    image: withLines(belief().image, assignment.models),
    directors: { ...directors, [keyid]: { ...memory, floors } },
    obeyed: { seq: assignment.seq, ...hashes },
    targets,
    settings: clamp(profile, assignment.settings).settings,
  });
  return { targets, declined };
}

/** Metadata of lines that are no longer assigned are forgotten: what a device keeps is bounded by its assignment. */
function withLines(image: ImageTrust, models: readonly AssignedModel[]): ImageTrust {
  const roles = new Set(models.map(({ model }) => lineRole(model)));
  const delegated = Object.fromEntries(Object.entries(image.delegated).filter(([role]) => roles.has(role)));
  return { ...image, delegated };
}
