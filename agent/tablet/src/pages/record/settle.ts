import type { Conflict, Edit } from '../../risk/conflicts.ts';
import type { ActivityRisk } from '../../worker/types.ts';
import type { UnsignedEntry } from './use-recorder.ts';

/**
 * Entries by which everybody says the same again. An entry replaces only the one it names, so each one that says something
 * else is replaced by what was chosen; nothing leaves the log.
 * @param chosen one of the others, or the one in force
 */
export function settle(activity: ActivityRisk, { field, standing, others }: Conflict, chosen?: Edit): UnsignedEntry[] {
  const value = chosen?.value ?? activity[field];
  const wrong = others.filter(({ id }) => id !== chosen?.id).map(({ id }) => id);
  const bases = chosen === undefined ? wrong : [standing, ...wrong];
  return bases.flatMap((base): UnsignedEntry[] => {
    const head = { activity: activity.activity, base };
    if (value === undefined || !('observedAt' in value)) return [];
    if ('percentComplete' in value) {
      const { observedAt: at, ...said } = value;
      return [{ ...head, field: 'progress', at, value: said }];
    }
    const { observedAt: at, label, delayDays } = value;
    const said = { label, ...(delayDays !== undefined && { delayDays }) };
    return [{ ...head, field: 'outcome', at, value: said }];
  });
}
