import { smallestEffect } from '../gates/effect.ts';
import type { GateName, Gates } from '../gates/gates.ts';
import { counted } from '../gates/say.ts';
import type { StageContact } from './contact.ts';
import type { ForecastDevice, ForecastInput } from './forecast-input.ts';
import type { Maturing } from './maturing.ts';
import type { PartForecast } from './parts.ts';

const DAY_MS = 24 * 3_600_000;
/** Predictions of one window, and how long it waits for latecomers; see the drift gate. */
const MIN_WINDOW = 150;
const WINDOW_GRACE_MS = DAY_MS;

/** What one gate can tell of one stage, by its deadline. */
export interface GateForecast {
  gate: GateName;
  /** Devices, sites or predictions it will have to decide by: of all stages that opened, and of the stage. */
  sample: number;
  own: number;
  canStop: boolean;
  canPass: boolean;
  /** Smallest true share of devices, or loss in Brier points, that it notices with 95 % chance. */
  smallest: number | undefined;
  devicesToStop: number | undefined;
  devicesToPass: number | undefined;
  sentence: string;
}

/** What is known of a stage when its gates are asked. */
export interface SightOfStage {
  index: number;
  gates: Gates;
  deadlineMs: number;
  contact: StageContact;
  devices: number;
  maturing: Maturing | undefined;
  /** Expected devices of all stages up to this one that can tell something, and of this one. */
  count: (canTell: (one: ForecastDevice) => boolean) => { all: number; own: number };
}

/** Drift is judged by windows that are over, and only against a reference. */
export function ofDrift(
  stage: SightOfStage,
  { now, plan, devices }: ForecastInput,
  parts: readonly PartForecast[],
): GateForecast {
  const none = { gate: 'drift', smallest: undefined, devicesToStop: undefined, devicesToPass: undefined } as const;
  const opensAt = now + stage.contact.opensAfterMs;
  const endsAt = opensAt + stage.deadlineMs;
  const judgedAt = firstJudged(opensAt, plan.settings?.windowMs);
  const days = Math.max(0, Math.min(endsAt, judgedAt) - opensAt) / DAY_MS;
  let sample = 0;
  for (const one of devices) {
    if (one.stage !== undefined && one.stage <= stage.index) sample += one.predictionsPerDay * days;
  }
  sample = Math.round(sample);
  const isAbsent = parts.some(({ undecided }) => undecided.includes('drift'));
  const why = isAbsent
    ? 'the bundle has no reference to compare with'
    : judgedAt > endsAt
      ? `its first window is judged on ${new Date(judgedAt).toISOString().slice(0, 10)}, after the deadline`
      : sample < MIN_WINDOW
        ? `a window needs ${MIN_WINDOW} predictions, and about ${sample} come by its end`
        : undefined;
  const can = why === undefined;
  const sentence = why === undefined ? `about ${sample} predictions in its first window` : `${why}: it cannot decide`;
  return { ...none, sample, own: sample, canStop: can, canPass: can, sentence: `drift: ${sentence}` };
}

/** When the first window that a stage reaches into is over, and has waited for those that were away. */
function firstJudged(at: number, windowMs: number = DAY_MS): number {
  return (Math.floor(at / windowMs) + 1) * windowMs + Math.min(WINDOW_GRACE_MS, windowMs);
}

/** Quality and fairness are judged by outcomes that fall due in time. */
export function ofOutcomes(gate: 'quality' | 'fairness', { gates, maturing, deadlineMs }: SightOfStage): GateForecast {
  const { candidate, champion } = maturing ?? NOTHING;
  const minimum = gates[gate]?.minimum ?? 0;
  const clusters = Math.min(candidate.sites, champion.sites);
  const outcomes = Math.min(candidate.outcomes, champion.outcomes);
  const effect = smallestEffect(gate, { devices: 0, clusters }, gates);
  const days = Math.round(deadlineMs / DAY_MS);
  const said = `about ${counted(candidate.outcomes, 'outcome')} of the candidate and ${champion.outcomes} of the model in force mature within its deadline of ${counted(days, 'day')}, on ${candidate.sites} and ${counted(champion.sites, 'site')}`;
  const enough = outcomes >= minimum && effect?.canPass === true;
  const of = gate === 'fairness' ? ' in a slice' : '';
  const sentence =
    outcomes < minimum
      ? `${said}; ${minimum} of each${of} are needed: it cannot decide`
      : enough
        ? `${said}; ${effect.sentence}`
        : `${said}; ${effect?.sentence}: it cannot decide`;
  return {
    gate,
    sample: outcomes,
    own: outcomes,
    canStop: enough,
    canPass: enough,
    smallest: effect?.smallest,
    devicesToStop: undefined,
    devicesToPass: undefined,
    sentence: `${gate}: ${sentence}`,
  };
}

const NOTHING: Maturing = { candidate: { outcomes: 0, sites: 0 }, champion: { outcomes: 0, sites: 0 } };
