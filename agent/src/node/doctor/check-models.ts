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

function state({ line, state: of, reason }: Subject['lines'][number]): string {
  return `${line} is ${of}${reason === undefined ? '' : ` (${reason})`}`;
}
