import { foundAtFirst, type RolloutDetails } from '../rollout-of.ts';
import { countOf, outcomeOf, type Outcome } from '../words.ts';
import type { Act } from './act.ts';

export interface Known {
  /** Devices that are not connected. */
  away: ReadonlySet<string>;
  /** Devices that may not speak. */
  barred: ReadonlySet<string>;
  predecessor: string | null;
}

/** What follows from an act, in figures: one sentence each. */
export function consequencesOf(act: Act, rollout: RolloutDetails, known: Known): string[] {
  const of = (outcome: Outcome) => rollout.members.filter((member) => outcomeOf(member) === outcome);
  const waiting = of('waiting').length;
  const underWay = of('under way').length;
  const release = `${rollout.line}@${rollout.version}`;
  switch (act) {
    case 'start':
    case 'approve':
      return opening(rollout);
    case 'reject':
      return [`Ends for good. ${keep(rollout, release)}`];
    case 'proceed':
      return [
        `Stage ${rollout.plan.stages[rollout.state.stage]?.name ?? ''} goes on, on what is known.`,
        `${countOf(waiting, 'device is', 'devices are')} still to be given ${release}.`,
      ];
    case 'resume':
      return [
        `${countOf(waiting, 'waiting device is', 'waiting devices are')} given ${release} when the turn comes.`,
        'A soak starts over, and the deadline counts from now.',
      ];
    case 'pause':
      return [
        `${countOf(waiting, 'waiting device is', 'waiting devices are')} given nothing until it is resumed; no stage opens.`,
        `${countOf(underWay, 'device')} under way may still decide; what was given stays.`,
      ];
    case 'stop':
      return [
        `${countOf(waiting, 'waiting device gets', 'waiting devices get')} nothing from this rollout any more.`,
        keep(rollout, release),
        'A stopped rollout cannot be resumed.',
      ];
    case 'retry':
      return [
        `${countOf(of('failed').length, 'failed device is', 'failed devices are')} offered ${release} once more.`,
        'What they refused for good, and their penalties, are forgotten.',
        ...absent(of('failed'), known, 'be offered it'),
      ];
    case 'revert':
      return reverting(rollout, known, waiting);
  }
}

function opening(rollout: RolloutDetails): string[] {
  const { plan, state, decisions, version, line, author } = rollout;
  const index = state.stageStatus === 'passed' ? state.stage + 1 : Math.max(0, state.stage);
  const stage = plan.stages[index];
  if (stage === undefined) return [];
  const adds = foundAtFirst(decisions)[index]?.adds;
  if (state.status === 'draft' && stage.approval === 'required') {
    return [`Asks for an approval of stage ${stage.name}: another person than ${author} has to open it.`];
  }
  return [
    `Opens stage ${index + 1} of ${plan.stages.length}, ${stage.name}${
      adds === undefined ? '' : `: ${countOf(adds, 'device')} when the plan was written down`
    }.`,
    `They are given ${line}@${version} as their turn comes. ${
      plan.onFailure === 'revert' ? 'When a gate fails, every device goes back.' : 'When a gate fails, it pauses.'
    }`,
  ];
}

function keep({ members }: RolloutDetails, release: string): string {
  const given = members.filter((member) => member.assignmentSeq !== null && member.returnedSeq === null).length;
  return `${countOf(given, 'device')} given ${release} keep${given === 1 ? 's' : ''} it.`;
}

function reverting(rollout: RolloutDetails, known: Known, waiting: number): string[] {
  const back = rollout.members.filter((member) => member.assignmentSeq !== null && member.returnedSeq === null);
  const to = known.predecessor === null ? 'what they had' : `${rollout.line}@${known.predecessor}`;
  return [
    `Reverts ${countOf(back.length, 'device')} to ${to}: no window, freeze or rate holds it up.`,
    ...absent(back, known, 'follow'),
    ...(waiting === 0
      ? []
      : [`${countOf(waiting, 'waiting device is', 'waiting devices are')} never given ${rollout.version}.`]),
    'A device that was told something newer since is left alone.',
    ...(known.predecessor === null ? ['This version follows no other: the server will refuse.'] : []),
  ];
}

function absent(members: readonly { device: string }[], { away, barred }: Known, verb: string): string[] {
  const offline = members.filter(({ device }) => away.has(device)).length;
  const shut = members.filter(({ device }) => barred.has(device)).length;
  return [
    ...(offline === 0 ? [] : [`${offline.toLocaleString('en')} offline will ${verb} when they return.`]),
    ...(shut === 0 ? [] : [`${countOf(shut, 'device')} quarantined or revoked will not be reached.`]),
  ];
}
