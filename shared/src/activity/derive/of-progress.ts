import type { Derivation } from './derivation.ts';

const DAY_MS = 86_400_000;
const NO_REPORT = 'when no progress of the activity was reported';

/** From what was reported of the activity from site. */
export const OF_PROGRESS: Readonly<Record<string, Derivation>> = {
  'reported-percent@1': {
    unit: '%',
    range: [0, 100],
    needs: 'progress',
    about: 'Percent complete by the last report.',
    missing: NO_REPORT,
    derive: ({ own }) => own?.progress?.percentComplete ?? null,
  },
  'progress-gap@1': {
    unit: '%',
    range: [-100, 100],
    needs: 'progress',
    about: 'Percent that should be done by now, evenly from planned start to due date, minus the percent reported.',
    missing: `${NO_REPORT}, or no plan was known`,
    derive: ({ own, record }) => {
      if (own?.progress === undefined || own.plan === undefined) return null;
      const { startAt, dueAt } = own.plan;
      // Work without duration is due at once.
      const share = dueAt > startAt ? (record.asOf - startAt) / (dueAt - startAt) : Number(record.asOf >= dueAt);
      return 100 * Math.max(0, Math.min(1, share)) - own.progress.percentComplete;
    },
  },
  'days-since-last-report@1': {
    unit: 'd',
    range: [0, 10_000],
    needs: 'progress',
    about: 'Days since the progress in force was seen.',
    missing: NO_REPORT,
    derive: ({ own, record }) =>
      own?.progress === undefined ? null : (record.asOf - own.progress.observedAt) / DAY_MS,
  },
  'start-delay-days@1': {
    unit: 'd',
    range: [-10_000, 10_000],
    needs: 'progress',
    about: 'Days by which the activity began later than its first plan said; negative when earlier.',
    missing: 'while no start was reported, or no plan was known',
    derive: ({ own }) =>
      own?.progress?.startedAt === undefined || own.firstPlan === undefined
        ? null
        : (own.progress.startedAt - own.firstPlan.startAt) / DAY_MS,
  },
  'delay-causes-so-far@1': {
    range: [0, 100],
    needs: 'progress',
    about: 'How many different causes of delay were reported for the activity.',
    missing: NO_REPORT,
    derive: ({ own }) => (own?.progress === undefined ? null : own.causes),
  },
};
