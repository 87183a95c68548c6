import {
  keyId,
  lineRole,
  publicKeyOf,
  type FleetDocument,
  type PublicKey,
  type RootMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';

export interface Quorum {
  keys: PublicKey[];
  threshold: number;
}

export interface LineKeys {
  builders: PublicKey[];
  approvers: PublicKey[];
}

/**
 * Who may do what, as the three documents of the offline keys say it together. Ceremonies change this value; which
 * documents follow from a change is worked out afterwards.
 */
export interface Authorities {
  development: boolean;
  root: Quorum;
  targets: Quorum;
  timestamp: PublicKey[];
  snapshot: PublicKey[];
  /** What a line that is added gets. */
  newLines: LineKeys;
  lines: Record<string, LineKeys>;
  directors: PublicKey[];
  /** Certificates (PEM); new devices get theirs from the first. */
  enrolmentCas: string[];
  floors: Record<string, number>;
}

export const DEVELOPMENT_FIELD = 'x-plumbline-development';
export const MARKS_FIELD = 'x-plumbline';
const LINE_PREFIX = lineRole('');

/** @throws KeyError `ceremony_malformed` for documents that these ceremonies did not make. */
export function authoritiesOf(root: RootMetadata, targets: TargetsMetadata, fleet: FleetDocument): Authorities {
  const quorum = (role: 'root' | 'targets' | 'timestamp' | 'snapshot'): Quorum => {
    const { keyids, threshold } = root.roles[role];
    return { keys: keyids.map((id) => keyOf(root.keys, id, `root.keys.${id}`)), threshold };
  };
  return {
    development: root[DEVELOPMENT_FIELD] === true,
    root: quorum('root'),
    targets: quorum('targets'),
    timestamp: quorum('timestamp').keys,
    snapshot: quorum('snapshot').keys,
    newLines: markedKeys(targets, Reflect.get(targets, MARKS_FIELD)),
    lines: linesOf(targets),
    directors: fleet.directors,
    enrolmentCas: fleet.enrolmentCas,
    floors: fleet.floors,
  };
}

/** Builders and approvers of every line that the targets delegate. @throws KeyError `ceremony_malformed` */
export function linesOf(targets: TargetsMetadata): Record<string, LineKeys> {
  return Object.fromEntries(
    (targets.delegations?.roles ?? []).map((role) => [
      role.name.slice(LINE_PREFIX.length),
      markedKeys(targets, Reflect.get(role, MARKS_FIELD)),
    ]),
  );
}

function markedKeys(targets: TargetsMetadata, value: unknown): LineKeys {
  const keys = targets.delegations?.keys ?? {};
  const marked = (kind: 'builders' | 'approvers') =>
    idsOf(value, kind).map((id) => keyOf(keys, id, `targets.delegations.keys.${id}`));
  return { builders: marked('builders'), approvers: marked('approvers') };
}

function keyOf(keys: Record<string, unknown>, id: string, field: string): PublicKey {
  const found = Object.hasOwn(keys, id) ? publicKeyOf(keys[id] as Parameters<typeof publicKeyOf>[0]) : undefined;
  if (found === undefined || keyId(found) !== id) throw malformed(field, 'an Ed25519 or P-256 key under its own name');
  return found;
}

function idsOf(value: unknown, kind: string): string[] {
  const list: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, kind) : undefined;
  if (Array.isArray(list) && list.every((id) => typeof id === 'string')) return list;
  throw malformed(`targets.${MARKS_FIELD}.${kind}`, 'key ids');
}

function malformed(field: string, expected: string): KeyError {
  return new KeyError('ceremony_malformed', `${field}: not as a ceremony writes it`, { field, expected });
}
