import { sha256Hex } from '@plumbline/shared/trust';
import type { Files } from '../../ports/index.ts';
import { slotPath } from '../../store/keys.ts';
import { readSlot } from '../../store/slot-files.ts';
import { failed, ok, skipped, type Step } from './step.ts';
import type { Subject } from './subject.ts';

/** Whether something answers predictions on every line that was assigned. */
export function checkModels(lines: Subject['lines']): Step {
  if (lines.length === 0) return skipped('models', 'no model was assigned to this device yet');
  const silent = lines.filter(({ active }) => active === undefined);
  if (silent.length > 0) {
    return failed('models', 'no_model', `nothing answers predictions: ${silent.map(state).join(', ')}`, 'unavailable');
  }
  return ok('models', lines.map(state).join(', '));
}

/** Whether what lies in the slots of each line is what was put there, by the hash of the archive. */
export async function checkSlots(files: Files, lines: Subject['lines']): Promise<Step> {
  const wrong: string[] = [];
  let whole = 0;
  for (const { line, slots = {} } of lines) {
    for (const slot of ['A', 'B'] as const) {
      const content = slots[slot];
      if (content === undefined) continue;
      const archive = await readSlot(files, slotPath(line, slot));
      if (archive === undefined) wrong.push(`slot ${slot} of ${line} is empty`);
      else if (sha256Hex(archive) !== content.sha256) wrong.push(`slot ${slot} of ${line} is not what was installed`);
      else whole += 1;
    }
  }
  // The agent notices it at its next start and fetches again.
  if (wrong.length > 0) return failed('slots', 'slot_damaged', wrong.join(', '), 'unavailable');
  if (whole === 0) return skipped('slots', 'nothing was installed yet');
  return ok('slots', `${whole} ${whole === 1 ? 'slot is' : 'slots are'} whole`);
}

function state({ line, state: of, reason }: Subject['lines'][number]): string {
  return `${line} is ${of}${reason === undefined ? '' : ` (${reason})`}`;
}
