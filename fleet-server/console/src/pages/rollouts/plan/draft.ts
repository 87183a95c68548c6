import type { Policy } from '../rollout-of.ts';
import { GATES, toTyped } from './gate-words.ts';

/** As it stands in the fields: what is typed is kept as it was typed. */
export interface StageDraft {
  key: string;
  name: string;
  group: string;
  selector: string;
  sizeKind: 'percent' | 'count';
  size: number | string;
  soak: string;
  deadline: string;
  isOpenedByPerson: boolean;
  perHour: number | string;
  underWay: number | string;
  /** In %; empty: not asked. */
  sureBelow: number | string;
  /** Other gates of its own, which came from a policy or another rollout. */
  gates: Record<string, unknown>;
}

export interface GateDraft {
  isOn: boolean;
  limit: number | string;
  /** What else the gate says: shares of devices, smallest samples. */
  rest: Record<string, unknown>;
}

export interface FreezeDraft {
  key: string;
  from: string;
  until: string;
  reason: string;
}

export interface Draft {
  line: string;
  version: string;
  way: 'policy' | 'own';
  policy: string;
  stages: StageDraft[];
  gates: Record<string, GateDraft>;
  /** Of all gates: confidence and smallest sample, where a policy names them. */
  gateRest: Record<string, unknown>;
  window: { isOn: boolean; days: string[]; from: string; until: string };
  freezes: FreezeDraft[];
  onFailure: 'pause' | 'revert';
  priority: number | string;
  settings: Record<string, unknown> | undefined;
}

/** Whatever names stages and gates: a plan, or a policy. */
type Written = Policy['spec'] & { line?: string; version?: string; policy?: string; priority?: number };

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

let made = 0;
export const nextKey = (): string => `k${(made += 1)}`;

export function emptyStage(name = ''): StageDraft {
  return {
    key: nextKey(),
    name,
    group: '',
    selector: '',
    sizeKind: 'percent',
    size: '',
    soak: '24h',
    deadline: '7d',
    isOpenedByPerson: false,
    perHour: '',
    underWay: '',
    sureBelow: '',
    gates: {},
  };
}

export function emptyDraft(line = '', version = ''): Draft {
  const stages = [
    { ...emptyStage('canary'), size: 5 },
    { ...emptyStage('everybody'), size: 100 },
  ];
  return { ...draftOf({}), line, version, policy: 'standard', stages };
}

/** The fields of a plan or a policy. */
export function draftOf(written: Written): Draft {
  const { gates = {}, window } = written;
  const known = new Set(GATES.map(({ name }) => name));
  return {
    line: written.line ?? '',
    version: written.version ?? '',
    way: written.stages === undefined ? 'policy' : 'own',
    policy: written.policy ?? '',
    stages: (written.stages ?? []).map(stageDraftOf),
    gates: Object.fromEntries(
      GATES.map((kind) => {
        const one = (gates as Record<string, Record<string, unknown> | undefined>)[kind.name];
        const { [kind.limit]: limit, ...rest } = one ?? {};
        return [
          kind.name,
          {
            isOn: kind.isAlways || one !== undefined,
            limit: typeof limit === 'number' ? toTyped(kind, limit) : kind.usual,
            rest,
          },
        ];
      }),
    ),
    gateRest: Object.fromEntries(Object.entries(gates).filter(([name]) => !known.has(name))),
    window: {
      isOn: window !== undefined,
      days: [...(window?.days ?? WEEKDAYS)],
      from: window?.from ?? '20:00',
      until: window?.until ?? '05:00',
    },
    freezes: (written.freezes ?? []).map(({ from, until, reason }) => ({
      key: nextKey(),
      from,
      until,
      reason: reason ?? '',
    })),
    onFailure: written.onFailure ?? 'pause',
    priority: written.priority ?? 50,
    settings: written.settings as Record<string, unknown> | undefined,
  };
}

function stageDraftOf(stage: NonNullable<Written['stages']>[number]): StageDraft {
  const { failures, ...gates } = (stage.gates ?? {}) as Record<string, unknown> & { failures?: { sureBelow?: number } };
  const sure = failures?.sureBelow;
  return {
    key: nextKey(),
    name: stage.name,
    group: stage.group ?? '',
    selector: stage.selector ?? '',
    sizeKind: 'percent' in stage.size ? 'percent' : 'count',
    size: 'percent' in stage.size ? stage.size.percent : stage.size.count,
    soak: durationText(stage.soak ?? 0),
    deadline: durationText(stage.deadline ?? '7d'),
    isOpenedByPerson: stage.approval === 'required',
    perHour: stage.perHour ?? '',
    underWay: stage.underWay ?? '',
    sureBelow: sure === undefined ? '' : Math.round(sure * 1e9) / 1e7,
    gates: failures !== undefined && sure === undefined ? { ...gates, failures } : gates,
  };
}

const UNITS: [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A duration as people write it: `24h`. */
function durationText(duration: string | number): string {
  if (typeof duration === 'string') return duration;
  const [unit, size] = UNITS.find(([, ms]) => duration >= ms && duration % ms === 0) ?? ['ms', 1];
  return `${duration / size}${unit}`;
}
