import { lineDocument, openEnvelope, type LineDocument } from '@plumbline/shared/trust';
import type { SealedVariant } from './seal.ts';

type Targets = LineDocument['targets'];

/** Long, because nothing signs a line again on schedule yet: an expired one stops installs, never predictions. */
const LIFETIME_MS = 3 * 365 * 24 * 3_600_000;

/** `models/<line>/<counter>/<variant>.plb` */
export function pathOf(line: string, counter: number, variant: string): string {
  return `models/${line}/${counter}/${variant}.plb`;
}

/**
 * The document that would make a version a release: its bundles under its counter, the predecessor's bundles where they
 * stand, and the return ticket — the predecessor's bytes once more under the next counter — so that going back needs no
 * key that is not there at night.
 */
export function draftLine(from: {
  release: { line: string; version: string; counter: number; variants: SealedVariant[]; profiles?: string[] };
  documentVersion: number;
  inForce: Uint8Array | undefined;
  predecessor: string | undefined;
  now: number;
}): LineDocument {
  const { release } = from;
  const kept = predecessorTargets(from.inForce, from.predecessor);
  const own = release.variants.map((one): [string, Targets[string]] => [
    pathOf(release.line, release.counter, one.variant),
    {
      length: one.archiveBytes,
      hashes: { sha256: one.archive },
      custom: {
        counter: release.counter,
        version: release.version,
        variant: one.variant,
        profiles: release.profiles ?? [],
      },
    },
  ]);
  const ticketCounter = release.counter + 1;
  const ticket = newestPerVariant(kept).map((target): [string, Targets[string]] => [
    pathOf(release.line, ticketCounter, target.custom.variant),
    { ...target, custom: { ...target.custom, counter: ticketCounter } },
  ]);
  return {
    _type: 'targets',
    spec_version: '1.0.31',
    line: release.line,
    version: from.documentVersion,
    expires: `${new Date(from.now + LIFETIME_MS).toISOString().slice(0, 19)}Z`,
    targets: Object.fromEntries([...Object.entries(kept), ...ticket, ...own]),
  };
}

function predecessorTargets(inForce: Uint8Array | undefined, predecessor: string | undefined): Targets {
  if (inForce === undefined || predecessor === undefined) return {};
  const { targets } = lineDocument.parse(openEnvelope(inForce, 'line').signed);
  return Object.fromEntries(Object.entries(targets).filter(([, target]) => target.custom.version === predecessor));
}

function newestPerVariant(targets: Targets): Targets[string][] {
  const newest = new Map<string, Targets[string]>();
  for (const target of Object.values(targets)) {
    const known = newest.get(target.custom.variant);
    if (known === undefined || known.custom.counter < target.custom.counter) newest.set(target.custom.variant, target);
  }
  return [...newest.values()];
}
