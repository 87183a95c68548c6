import type { PublicKey } from '@plumbline/shared/trust';
import { addApprover, addLine, raiseFloor, revokeKey } from '../documents/change.ts';
import { caKeyId } from '../documents/ca-key-id.ts';
import { KeyError } from '../errors.ts';
import { perform, type Ceremony, type CeremonyResult } from './perform.ts';

/** A line exists once the offline targets keys delegate it, to the builders and approvers of new lines. */
export function addLineTo(ceremony: Ceremony, line: string): Promise<CeremonyResult> {
  return perform(ceremony, ({ authorities }) => ({ authorities: addLine(authorities, line) }));
}

/** Registers another person's key, or one that a browser holds, as an approver of one line. */
export function registerApprover(ceremony: Ceremony, line: string, key: PublicKey): Promise<CeremonyResult> {
  return perform(ceremony, ({ authorities }) => ({ authorities: addApprover(authorities, line, key) }));
}

/** Raises the lowest release counter that any device may run, whatever a director says. */
export function raiseFloorOf(ceremony: Ceremony, line: string, counter: number): Promise<CeremonyResult> {
  return perform(ceremony, ({ authorities }) => ({ authorities: raiseFloor(authorities, line, counter) }));
}

/** @throws KeyError `key_unknown`, `threshold_unreachable`, `keys_disagree` for the CA that issues now. */
export function revokeKeyOf(ceremony: Ceremony, id: string): Promise<CeremonyResult> {
  return perform(ceremony, ({ authorities, caPem }) => {
    if (authorities.enrolmentCas.length > 1 && caKeyId(caPem) === id) {
      throw new KeyError('threshold_unreachable', 'ca: this key issues the certificates of new devices', {
        kind: 'refused',
        field: 'ca',
        expected: 'a new key first: `plumbline keys rotate ca`',
      });
    }
    return { authorities: revokeKey(authorities, id) };
  });
}

/** Signs root or targets again under the next version, a year from now. */
export function renew(ceremony: Ceremony, role: 'root' | 'targets'): Promise<CeremonyResult> {
  return perform(ceremony, ({ authorities }) => ({ authorities, renew: [role] }));
}
