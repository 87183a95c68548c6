import type { Draft, StageDraft } from './draft.ts';
import { GATES, toPlan } from './gate-words.ts';

/** What is sent: fields that were left empty are left out, or sent as they are for the server to say what is wrong. */
export function planOf(draft: Draft): Record<string, unknown> {
  const { line, version, policy } = draft;
  if (draft.way === 'policy') return { line, version, policy };
  const gates = gatesOf(draft);
  return {
    line,
    version,
    stages: draft.stages.map((stage) => stageOf(stage, gates['failures'])),
    gates: { ...draft.gateRest, ...gates },
    ...(draft.window.isOn && {
      window: { days: draft.window.days, from: draft.window.from, until: draft.window.until },
    }),
    ...(draft.freezes.length > 0 && {
      freezes: draft.freezes.map(({ from, until, reason }) => ({ from, until, reason })),
    }),
    onFailure: draft.onFailure,
    priority: draft.priority,
    ...(draft.settings !== undefined && { settings: draft.settings }),
  };
}

function gatesOf({ gates }: Draft): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    GATES.flatMap((kind) => {
      const one = gates[kind.name];
      if (one === undefined || !one.isOn) return [];
      const limit = typeof one.limit === 'number' ? toPlan(kind, one.limit) : one.limit;
      return [[kind.name, { ...one.rest, [kind.limit]: limit }]];
    }),
  );
}

function stageOf(stage: StageDraft, failures: Record<string, unknown> | undefined): Record<string, unknown> {
  const sure = typeof stage.sureBelow === 'number' ? { sureBelow: Math.round(stage.sureBelow * 1e7) / 1e9 } : undefined;
  const own = { ...stage.gates, ...(sure !== undefined && { failures: { ...failures, ...sure } }) };
  return {
    name: stage.name.trim(),
    ...(stage.group !== '' && { group: stage.group }),
    ...(stage.selector.trim() !== '' && { selector: stage.selector.trim() }),
    size: { [stage.sizeKind]: stage.size },
    soak: stage.soak.trim(),
    deadline: stage.deadline.trim(),
    approval: stage.isOpenedByPerson ? 'required' : 'none',
    ...(stage.perHour !== '' && { perHour: stage.perHour }),
    ...(stage.underWay !== '' && { underWay: stage.underWay }),
    ...(Object.keys(own).length > 0 && { gates: own }),
  };
}
