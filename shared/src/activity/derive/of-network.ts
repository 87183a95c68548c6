import { isDone } from './counts.ts';
import type { Derivation } from './derivation.ts';

const NO_NETWORK = 'when the plan does not know its network';

/** From the logic of the schedule, as the plan in force carries it. */
export const OF_NETWORK: Readonly<Record<string, Derivation>> = {
  'total-float-days@1': {
    unit: 'working d',
    range: [-10_000, 10_000],
    needs: 'network',
    about: 'Total float in working days: how long it may slip before the end does.',
    missing: NO_NETWORK,
    derive: ({ network }) => network?.totalFloat.workingDays ?? null,
  },
  'is-critical@1': {
    range: [0, 1],
    needs: 'network',
    about: '1 when the schedule calls the activity critical, else 0.',
    missing: `${NO_NETWORK}, or it does not say`,
    derive: ({ network }) => (network?.critical === undefined ? null : Number(network.critical)),
  },
  'nearest-milestone-float-days@1': {
    unit: 'working d',
    range: [-10_000, 10_000],
    needs: 'network',
    about: 'Least float in working days towards a milestone the activity leads to.',
    missing: `${NO_NETWORK}, or it leads to no milestone`,
    derive: ({ network }) =>
      network === undefined || network.milestones.length === 0
        ? null
        : Math.min(...network.milestones.map(({ workingDays }) => workingDays)),
  },
  'predecessors-late@1': {
    range: [0, 64],
    needs: 'network',
    about: 'Activities that must come before it and turned out late, or are past their due date and not finished.',
    missing: `${NO_NETWORK}, or it does not name them`,
    derive: ({ network, history, record }) => {
      if (network?.predecessors === undefined) return null;
      const late = network.predecessors.filter((name) => {
        const known = history?.of(name);
        if (known?.outcome !== undefined) return known.outcome.label === 1;
        return known?.plan !== undefined && known.plan.dueAt <= record.asOf && !isDone(known);
      });
      return late.length;
    },
  },
};
