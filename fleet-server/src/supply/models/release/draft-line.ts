import { linePath, type LineMetadata, type ReleaseNeeds } from '@plumbline/shared/trust';
import { DAY_MS, tufDate } from '../../repository/index.ts';

type Targets = LineMetadata['targets'];
type Target = Targets[string];

/** Line metadata as it is signed. */
export interface LineBody extends LineMetadata {
  _type: 'targets';
  spec_version: string;
}

const SPEC_VERSION = '1.0.31';
const LIFETIME_MS = 180 * DAY_MS;
/** As it was assigned first, and as a ticket brought it back; what is older no device is sent to any more. */
const COUNTERS_KEPT = 2;

/** A bundle as line metadata lists it. */
export interface ReleasedVariant {
  variant: string;
  /** SHA-256 of the archive. */
  archive: string;
  archiveBytes: number;
  profiles: string[];
  /** Said beside the hash, so that a device that cannot run it is spared the download. */
  needs: ReleaseNeeds;
}

/**
 * The metadata that would make a version a release: its bundles under its counter, the bundles of its predecessor and
 * of what rollouts still use where they stand, and the return ticket — the predecessor's bytes once more under the next
 * counter — so that going back needs no key that is not there at night. Everything else leaves the list.
 */
export function draftLine(from: {
  release: { line: string; version: string; counter: number; variants: ReleasedVariant[] };
  document: number;
  inForce: LineMetadata | undefined;
  predecessor: string | undefined;
  /** Versions that running rollouts assign, or go back to. */
  inUse: string[];
  now: number;
}): LineBody {
  const { release, predecessor } = from;
  const listed = Object.entries(from.inForce?.targets ?? {});
  const wanted = new Set([predecessor, ...from.inUse].filter((version) => version !== release.version));
  const kept = newestOf(listed.filter(([, { custom }]) => wanted.has(custom.version)));
  const own = release.variants.map((one): [string, Target] => [
    linePath(release.line, release.counter, one.variant),
    {
      length: one.archiveBytes,
      hashes: { sha256: one.archive },
      custom: {
        counter: release.counter,
        version: release.version,
        variant: one.variant,
        profiles: one.profiles,
        needs: one.needs,
      },
    },
  ]);
  const ticketCounter = release.counter + 1;
  const ticket = newestOf(kept, 1)
    .filter(([, { custom }]) => custom.version === predecessor)
    .map(([, target]): [string, Target] => [
      linePath(release.line, ticketCounter, target.custom.variant),
      { ...target, custom: { ...target.custom, counter: ticketCounter } },
    ]);
  return bodyOf(from.document, Object.fromEntries([...kept, ...ticket, ...own]), from.now);
}

/** The same list without what is said of needs: a device then finds out after the download, from the manifest. */
export function withoutNeeds(body: LineBody): LineBody {
  const targets = Object.entries(body.targets).map(([path, { custom, ...target }]): [string, Target] => {
    const { needs: _needs, ...kept } = custom;
    return [path, { ...target, custom: kept }];
  });
  return { ...body, targets: Object.fromEntries(targets) };
}

/** The same list for another half year. */
export function renewLine({ targets }: LineMetadata, document: number, now: number): LineBody {
  return bodyOf(document, targets, now);
}

function bodyOf(version: number, targets: Targets, now: number): LineBody {
  return { _type: 'targets', spec_version: SPEC_VERSION, version, expires: tufDate(now + LIFETIME_MS), targets };
}

/** The entries with the highest counters of each version and variant. */
function newestOf(entries: [string, Target][], count = COUNTERS_KEPT): [string, Target][] {
  const seen = new Map<string, number>();
  return entries
    .toSorted(([, a], [, b]) => b.custom.counter - a.custom.counter)
    .filter(([, { custom }]) => {
      const key = `${custom.version}/${custom.variant}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return (seen.get(key) ?? 0) <= count;
    });
}
