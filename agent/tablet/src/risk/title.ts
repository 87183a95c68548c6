import type { ActivityRisk } from '../worker/types.ts';

/** What people call it: the name in the schedule, else its number there. */
export function titleOf({ activity, plan }: Pick<ActivityRisk, 'activity' | 'plan'>): string {
  const name = plan?.values['name'];
  return typeof name === 'string' && name.trim() !== '' ? name : activity;
}

/** Where it belongs: its number where it has a name, trade, phase or place in the structure of the project. */
export function placeOf({ activity, plan }: Pick<ActivityRisk, 'activity' | 'plan'>): string[] {
  const texts = ['trade', 'phase', 'wbs'].map((column) => plan?.values[column]);
  const known = texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  return titleOf({ activity, plan }) === activity ? known : [activity, ...known];
}
