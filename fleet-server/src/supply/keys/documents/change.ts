import { keyId, name, type PublicKey } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import type { KeyRole } from '../files/key-file.ts';
import type { Authorities, LineKeys } from './authorities.ts';
import { caKeyId } from './ca-key-id.ts';

/** @throws KeyError `line_known`, `ceremony_malformed` for a name no topic or path could hold. */
export function addLine(before: Authorities, line: string): Authorities {
  if (!name.safeParse(line).success) {
    throw new KeyError('ceremony_malformed', `${line}: not a name of a line`, {
      field: 'line',
      expected: '1–64 of a–z, 0–9, dot, dash',
    });
  }
  if (Object.hasOwn(before.lines, line)) {
    throw new KeyError('line_known', `line ${line}: delegated already`, { field: 'line', kind: 'conflict' });
  }
  return { ...before, lines: { ...before.lines, [line]: before.newLines } };
}

/** Registers an approver for one line, beside those it has. @throws KeyError `line_not_delegated`, `key_known` */
export function addApprover(before: Authorities, line: string, key: PublicKey): Authorities {
  const keys = lineOf(before, line);
  if ([...keys.approvers, ...keys.builders].some((one) => keyId(one) === keyId(key))) {
    throw new KeyError('key_known', `line ${line}: this key is registered already`, { field: 'key', kind: 'conflict' });
  }
  return { ...before, lines: { ...before.lines, [line]: { ...keys, approvers: [...keys.approvers, key] } } };
}

/** @throws KeyError `line_not_delegated`, `floor_lowered`: a floor only rises. */
export function raiseFloor(before: Authorities, line: string, counter: number): Authorities {
  lineOf(before, line);
  const present = before.floors[line] ?? 0;
  if (!Number.isSafeInteger(counter) || counter <= present) {
    throw new KeyError('floor_lowered', `line ${line}: the floor stands at ${present}`, {
      kind: 'refused',
      field: 'counter',
      expected: `a whole number above ${present}`,
    });
  }
  return { ...before, floors: { ...before.floors, [line]: counter } };
}

/**
 * Puts a new key in the place of an old one. Old builders and approvers stay beside the new one until they are revoked:
 * what they signed is still in force. An old CA stays too, or its devices would have to enrol again.
 */
export function replaceKey(
  before: Authorities,
  role: Exclude<KeyRole, 'ca'>,
  old: string | undefined,
  key: PublicKey,
): Authorities {
  const swap = (keys: PublicKey[]) => keys.map((one) => (keyId(one) === old ? key : one));
  switch (role) {
    case 'root':
    case 'targets':
      return { ...before, [role]: { ...before[role], keys: swap(before[role].keys) } };
    case 'timestamp':
    case 'snapshot':
      return { ...before, [role]: [key] };
    case 'director':
      return { ...before, directors: [key] };
    case 'builder':
    case 'approver': {
      const kind = role === 'builder' ? 'builders' : 'approvers';
      const beside = (keys: LineKeys): LineKeys =>
        keys[kind].some((one) => keyId(one) === old) ? { ...keys, [kind]: [key, ...keys[kind]] } : keys;
      return {
        ...before,
        newLines: { ...before.newLines, [kind]: swap(before.newLines[kind]) },
        lines: Object.fromEntries(Object.entries(before.lines).map(([line, keys]) => [line, beside(keys)])),
      };
    }
  }
}

export function replaceCa(before: Authorities, pem: string): Authorities {
  return { ...before, enrolmentCas: [pem, ...before.enrolmentCas] };
}

/** Takes a key out of every role that holds it. @throws KeyError `key_unknown`, `threshold_unreachable` */
export function revokeKey(before: Authorities, revoked: string): Authorities {
  let found = 0;
  const without = (keys: PublicKey[], role: string, needed: number): PublicKey[] => {
    const left = keys.filter((key) => keyId(key) !== revoked);
    if (left.length === keys.length) return keys;
    found += 1;
    if (left.length < needed) throw unreachable(role, left.length, needed);
    return left;
  };
  const lineWithout = (keys: LineKeys, line: string): LineKeys => ({
    builders: without(keys.builders, `builder of ${line}`, 1),
    approvers: without(keys.approvers, `approver of ${line}`, 1),
  });
  const { root, targets } = before;
  const cas = before.enrolmentCas.filter((pem) => caKeyId(pem) !== revoked);
  found += before.enrolmentCas.length - cas.length;
  if (cas.length === 0) throw unreachable('ca', 0, 1);
  const after: Authorities = {
    ...before,
    root: { ...root, keys: without(root.keys, 'root', root.threshold) },
    targets: { ...targets, keys: without(targets.keys, 'targets', targets.threshold) },
    timestamp: without(before.timestamp, 'timestamp', 1),
    snapshot: without(before.snapshot, 'snapshot', 1),
    directors: without(before.directors, 'director', 1),
    newLines: lineWithout(before.newLines, 'new lines'),
    lines: Object.fromEntries(Object.entries(before.lines).map(([line, keys]) => [line, lineWithout(keys, line)])),
    enrolmentCas: cas,
  };
  if (found > 0) return after;
  throw new KeyError('key_unknown', `${revoked}: no role holds this key`, {
    kind: 'not-found',
    field: 'key',
    expected: 'a key id from `plumbline keys status`',
  });
}

function lineOf(authorities: Authorities, line: string): LineKeys {
  const keys = Object.hasOwn(authorities.lines, line) ? authorities.lines[line] : undefined;
  if (keys !== undefined) return keys;
  throw new KeyError('line_not_delegated', `line ${line}: the offline keys delegate no such line`, {
    kind: 'not-found',
    field: 'line',
    expected: Object.keys(authorities.lines).join(', ') || 'a line made by `plumbline keys add-line`',
  });
}

function unreachable(role: string, left: number, needed: number): KeyError {
  return new KeyError('threshold_unreachable', `${role}: ${left} keys would be left, and ${needed} must sign`, {
    kind: 'refused',
    field: role,
    expected: 'a new key first: `plumbline keys rotate`',
  });
}
