import type { Condition } from '../condition.ts';
import { findShared, type Shared } from './find-shared.ts';

const MINUTE_MS = 60_000;

/** One device as a look finds it. */
export interface Watched {
  device: string;
  site: string;
  /** Empty where nobody wrote one. */
  region: string;
  /** The last it was heard of, or known to be connected; ms. */
  contactAt: number;
  /** So long it may be away before it counts among many, and before it is told of alone; ms. */
  quietAfterMs: number;
  silentAfterMs: number;
  /** When it was told of as silent, alone or among others, ms; undefined while nobody has been told. */
  toldAt: number | undefined;
}

/**
 * Who is silent, and for how many it is one and the same silence. A look is not held against a device for the time in
 * which nobody looked: it counts from `watchingSince`. Who was told of stays silent until it is heard again.
 */
export function judgeSilence(
  devices: readonly Watched[],
  { now, watchingSince, open }: { now: number; watchingSince: number; open: ReadonlySet<string> },
): Condition[] {
  const away = (one: Watched) => now - Math.max(one.contactAt, watchingSince);
  const isKnown = (one: Watched) => one.toldAt !== undefined && one.contactAt <= one.toldAt;
  const isQuiet = (one: Watched) => isKnown(one) || away(one) > one.quietAfterMs;
  const shared = findShared(devices, isQuiet, open);
  const covered = new Set(shared.flatMap(({ devices: of }) => of));
  const alone = devices.filter((one) => !covered.has(one.device) && (isKnown(one) || away(one) > one.silentAfterMs));
  return [...shared.map(sayShared), ...alone.map(sayAlone)];
}

function sayAlone({ device, site, contactAt, silentAfterMs }: Watched): Condition {
  return {
    kind: 'device_silent',
    subject: `device:${device}`,
    scope: 'device',
    sentence: `${device} at ${site} was last heard of at ${timeOf(contactAt)}; it is never away so long.`,
    details: { site, contactAt, silentAfterMs },
    since: contactAt,
    ends: 'cause',
  };
}

const CAUSES = {
  site: 'it is the link or the power of the site, not the devices',
  region: 'it is what its sites share, a carrier or the power, not the devices',
  fleet: 'it is the broker, this server or its network, not the devices',
};

function sayShared({ scope, name, devices, of, from, to }: Shared): Condition {
  const where = scope === 'fleet' ? 'the fleet' : `${scope} ${name}`;
  return {
    kind: `${scope}_silent`,
    subject: `${scope}:${name}`,
    scope,
    sentence: `${devices.length} of ${of} devices of ${where} fell silent from ${timeOf(from)} to ${timeOf(to)}: ${CAUSES[scope]}.`,
    details: { devices, of, from, to },
    since: from,
    ends: 'cause',
  };
}

function timeOf(at: number): string {
  return `${new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
