import { DERIVATIONS } from '@plumbline/shared/activity';
import { isCodedError } from '@plumbline/shared/errors';
import type { AssignedModel, LineMetadata } from '@plumbline/shared/trust';
import type { ReadDb } from '../../../platform/db/index.ts';
import { fleetInForce } from '../../../supply/repository/index.ts';
import { chooseModel, getModel, lineInForce, type VersionSummary } from '../../../supply/models/index.ts';
import type { InventoryDevice } from '../inventory/load.ts';
import type { StandingRelease } from '../read.ts';

export interface Release {
  group: string;
  model: VersionSummary;
  /** What a device of this class is to run of it, or why it cannot. */
  choose(device: InventoryDevice): AssignedModel | string;
}

/** A standing release that is none any more: withdrawn, or not in force. */
export interface Unusable {
  group: string;
  line: string;
  version: string;
  reason: string;
}

/** Those of one line that can be given out, the newest first, and those that cannot. */
export async function usableReleases(
  db: ReadDb,
  standing: readonly StandingRelease[],
): Promise<{ releases: Release[]; unusable: Unusable[] }> {
  const releases: Release[] = [];
  const unusable: Unusable[] = [];
  for (const { group, line, version } of standing) {
    const model = await getModel(db, line, version);
    const inForce = await lineInForce(db, line);
    if (model.state !== 'published' || inForce === undefined) {
      unusable.push({ group, line, version, reason: `it is ${model.state}` });
      continue;
    }
    const floor = (await fleetInForce(db)).signed.floors[line] ?? 0;
    const signed = asFirstListed(inForce.signed, version, floor);
    releases.push({ group, model, choose: onceAClass((device) => tryChoose(model, signed, device)) });
  }
  return { releases: releases.toSorted((a, b) => b.model.counter - a.model.counter), unusable };
}

/**
 * The list without the return tickets to this version. A newcomer is not sent back to anything, and a ticket has a
 * higher counter than the release it leads back from: with it, the device would never take that release.
 * @param floor counter below which devices take nothing of the line
 */
function asFirstListed(line: LineMetadata, version: string, floor: number): LineMetadata {
  const takes = Object.entries(line.targets).filter(([, { custom }]) => custom.counter >= floor);
  const own = takes.filter(([, { custom }]) => custom.version === version);
  const first = (variant: string) =>
    Math.min(...own.filter(([, { custom }]) => custom.variant === variant).map(([, { custom }]) => custom.counter));
  const kept = takes.filter(([, { custom }]) => custom.version !== version || custom.counter === first(custom.variant));
  return { ...line, targets: Object.fromEntries(kept) };
}

function tryChoose(
  model: VersionSummary,
  line: LineMetadata,
  { profile, agent }: InventoryDevice,
): AssignedModel | string {
  try {
    return chooseModel(model, line, { profile, agent, derivations: Object.keys(DERIVATIONS) });
  } catch (error) {
    if (isCodedError(error) && error.kind !== 'internal') return error.message;
    throw error;
  }
}

/** Devices of one profile and agent are given the same, so it is asked once for all of them. */
function onceAClass(choose: Release['choose']): Release['choose'] {
  const known = new Map<string, AssignedModel | string>();
  return (device) => {
    const key = `${device.profile} ${device.agent}`;
    const chosen = known.get(key) ?? choose(device);
    known.set(key, chosen);
    return chosen;
  };
}
