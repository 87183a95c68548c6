import type { ActivityRisk, LineView, Said, SiteView } from '../worker/types.ts';

export type { Said } from '../worker/types.ts';

export interface ShownActivity {
  activity: ActivityRisk;
  /** What counts for it: of the lines that have skill the one that warns most; absent where none says anything. */
  said?: Said;
  /** Of the same line, when the day began. */
  yesterday?: NonNullable<ActivityRisk['yesterday']>;
  /** Effect and float, only where they rest on a prediction that is shown. */
  effect?: NonNullable<ActivityRisk['expectedEffectDays']>;
}

/**
 * Activities as a person may see them: nothing of a line without skill is shown, and what is ranked by such a line alone
 * goes behind the others, by its due date. Done ones are last.
 */
export function shownActivities(view: SiteView): ShownActivity[] {
  const silent = silentLines(view.lines);
  const shown = view.activities.map((activity) => show(activity, silent));
  const open = shown.filter(({ activity }) => !isDone(activity));
  const done = shown.filter(({ activity }) => isDone(activity));
  const spoken = open.filter(({ said }) => said !== undefined);
  const unspoken = open.filter(({ said }) => said === undefined);
  return [...spoken, ...unspoken.toSorted(byDueDate), ...done];
}

export function isDone({ outcome, progress }: ActivityRisk): boolean {
  return outcome !== undefined || progress?.finishedAt !== undefined;
}

/** A chance is asked of classifiers alone; the value of a regression is not one. */
export function isChance({ label }: Said): boolean {
  return label !== undefined;
}

function show(activity: ActivityRisk, silent: ReadonlySet<string>): ShownActivity {
  const speaking = activity.predictions.filter(({ line }) => !silent.has(line));
  const [said] = speaking.toSorted((a, b) => b.score - a.score);
  if (said === undefined) return { activity };
  // Both were worked out from the line that warns most, which may be one that is not shown.
  const allSpeak = speaking.length === activity.predictions.length;
  const { yesterday, expectedEffectDays } = activity;
  return {
    activity,
    said,
    ...(allSpeak && yesterday !== undefined && { yesterday }),
    ...(allSpeak && expectedEffectDays !== undefined && { effect: expectedEffectDays }),
  };
}

function silentLines(lines: readonly LineView[]): Set<string> {
  return new Set(lines.filter(({ skill }) => skill.verdict === 'none').map(({ line }) => line));
}

function byDueDate(a: ShownActivity, b: ShownActivity): number {
  return (a.activity.plan?.dueAt ?? Infinity) - (b.activity.plan?.dueAt ?? Infinity);
}
