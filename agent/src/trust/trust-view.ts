import type { TrustReport } from '@plumbline/shared/wire';
import type { Belief } from './belief.ts';
import { lifetimesOf, staleRoleOf, type Lifetime } from './staleness.ts';
import { isClockBehind } from './time.ts';

/** What a person, or the server, wants to know of a device's trust. */
export type TrustView = {
  /** Versions and expiry by role, the root first. */
  documents: Lifetime[];
  /** Version of `trust/fleet.json`; 0 while none is held. */
  fleet: number;
  /** The first expired document: installs wait for a fresh one, predictions go on. */
  stale: Lifetime | undefined;
  /** The keys of this fleet were made by a development flag: whoever has the folder has the fleet. */
  development: boolean;
  /** It is not earlier than this, ms. */
  timeFloor: number;
  clockSuspect: boolean;
};

export function trustViewOf({ image, fleet, timeFloor }: Belief, clockNow: number): TrustView {
  return {
    documents: lifetimesOf(image),
    fleet: fleet?.signed.version ?? 0,
    stale: staleRoleOf(image, Math.max(clockNow, timeFloor)),
    development: image.root['x-plumbline-development'] === true,
    timeFloor,
    clockSuspect: isClockBehind(clockNow, timeFloor, image),
  };
}

export function trustReportOf({ documents, stale }: TrustView): TrustReport {
  const versionOf = (role: string) => documents.find((one) => one.role === role)?.version ?? 0;
  return {
    root: versionOf('root'),
    timestamp: versionOf('timestamp'),
    snapshot: versionOf('snapshot'),
    targets: versionOf('targets'),
    stale: stale !== undefined,
  };
}
