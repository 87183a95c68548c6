import { smallestEffect } from '../gates/effect.ts';
import { GATE_NAMES, type GateName, type Gates } from '../gates/gates.ts';
import { counted, percent } from '../gates/say.ts';
import { quorum } from '../gates/standing.ts';
import type { StageContact } from './contact.ts';
import type { ForecastDevice, ForecastInput, Warning } from './forecast-input.ts';
import { forecastMaturing } from './maturing.ts';
import type { PartForecast } from './parts.ts';
import { ofDrift, ofOutcomes, type GateForecast, type SightOfStage } from './time-sight.ts';
import { gatesOfStage } from '../plan/stage-gates.ts';

const DAY_MS = 24 * 3_600_000;
/** From so many records on a comparison counts, and from so many questions on errors do; see shared/docs/gates.md. */
const MIN_RECORDS = 20;
const MIN_QUESTIONS = 50;
/** Which gates can decide within a stage, and the smallest effect each can see; by stage. */
export function forecastSight(
  input: ForecastInput,
  contact: readonly StageContact[],
  parts: readonly PartForecast[],
): GateForecast[][] {
  const spans = contact.map(({ opensAfterMs }, index) => ({
    opensAfterMs,
    endsAfterMs: opensAfterMs + (input.plan.stages[index]?.deadline ?? 0),
  }));
  const maturing = input.due.length === 0 ? [] : forecastMaturing(input, spans);
  return contact.map((of, index) => {
    const stage: SightOfStage = {
      index,
      contact: of,
      gates: gatesOfStage(input.plan, index),
      deadlineMs: input.plan.stages[index]?.deadline ?? 0,
      devices: of.devices,
      maturing: maturing[index],
      count: counter(input, contact, index),
    };
    return GATE_NAMES.filter((gate) => stage.gates[gate] !== undefined).map((gate) =>
      sightOf(gate, stage, input, parts),
    );
  });
}

/** Sums the chances, so that a device that comes every other week counts half. */
function counter({ devices }: ForecastInput, contact: readonly StageContact[], index: number): SightOfStage['count'] {
  return (canTell) => {
    let [all, own] = [0, 0];
    for (const one of devices) {
      const { stage } = one;
      if (stage === undefined || stage > index || !canTell(one)) continue;
      const expected = contact[stage]?.expected.get(one.device) ?? 0;
      all += expected;
      if (stage === index) own += expected;
    }
    return { all: Math.round(all), own: Math.round(own) };
  };
}

function sightOf(
  gate: GateName,
  stage: SightOfStage,
  input: ForecastInput,
  parts: readonly PartForecast[],
): GateForecast {
  switch (gate) {
    case 'proven':
    case 'failures':
      return byDevices(
        gate,
        stage,
        ({ records }) => gate === 'failures' || records > 0,
        gate === 'failures' ? 'will have begun' : 'has traffic or stored records',
      );
    case 'errors':
      return byDevices(
        gate,
        stage,
        ({ predictionsPerDay }) => (predictionsPerDay * stage.deadlineMs) / DAY_MS >= MIN_QUESTIONS,
        `is asked ${MIN_QUESTIONS} times by then`,
      );
    case 'latency':
    case 'memory':
      return byDevices(gate, stage, canCompare(1), 'has a model in force and records to compare on');
    case 'agreement':
    case 'shift':
      return byDevices(gate, stage, canCompare(MIN_RECORDS), `has a model in force and ${MIN_RECORDS} records`);
    case 'drift':
      return ofDrift(stage, input, parts);
    case 'quality':
    case 'fairness':
      return ofOutcomes(gate, stage);
  }
}

/** `has a model` → `have a model`. */
function plural(what: string): string {
  return what.replace(/^has /, 'have ').replace(/^is /, 'are ');
}

function canCompare(records: number) {
  return ({ isGiven, runningSha256, fit, records: has }: ForecastDevice) =>
    // Where the very bytes run already, nothing is compared; who was given them has compared before.
    runningSha256 !== undefined && (isGiven || runningSha256 !== fit.sha256) && has >= records;
}

function byDevices(
  gate: GateName,
  stage: SightOfStage,
  canTell: (one: ForecastDevice) => boolean,
  what: string,
): GateForecast {
  const { gates } = stage;
  const { all, own } = stage.count(canTell);
  const stops = smallestEffect(gate, { devices: all }, gates);
  // What has to be sure counts every device since the first, the rest those of the stage.
  const isSure = gate === 'failures' && gates.failures.sureBelow !== undefined;
  const passes = smallestEffect(gate, { devices: isSure ? all : own }, gates);
  const needed = neededOf(stage);
  const enough =
    gate === 'proven' ? Math.max(needed, Math.ceil(gates.proven.atLeast * stage.contact.byDeadline)) : needed;
  const canPass = own >= enough && passes?.canPass === true;
  const expected = counted(stage.contact.byDeadline, 'device');
  const sentences = all === 0 ? [`none of ${expected} expected by its deadline ${what}`] : [stopping(gate, all, stops)];
  if (all > 0 && own < stage.contact.byDeadline && gate !== 'failures') {
    sentences.push(`of ${expected} expected by its deadline ${own} ${own === 1 ? what : plural(what)}`);
  }
  if (own < enough) {
    const so = all === 0 ? '' : `, about ${own} can tell`;
    sentences.push(
      `${counted(enough, 'device')} of the stage ${enough === 1 ? 'is' : 'are'} needed${so}: it cannot pass by itself`,
    );
  } else if (!canPass) sentences.push(missing(passes?.devicesToPass, all, gates));
  return {
    gate,
    sample: all,
    own,
    canStop: stops?.canStop === true,
    canPass,
    smallest: stops?.smallest,
    devicesToStop: stops?.devicesToStop,
    devicesToPass: passes?.devicesToPass,
    sentence: `${gate}: ${sentences.join('; ')}`,
  };
}

/** Devices of the stage that must have told something before it passes. */
function neededOf({ devices, gates }: SightOfStage): number {
  return quorum({ devices, acknowledged: 0 }, gates.minimum);
}

type Effect = ReturnType<typeof smallestEffect>;

function stopping(gate: GateName, devices: number, effect: Effect): string {
  if (gate === 'proven')
    return `${counted(devices, 'device')} can prove it; it holds a stage and never stops a rollout`;
  const what = gate === 'failures' ? 'failures' : 'devices over the limit';
  if (effect?.smallest === undefined)
    return `${counted(devices, 'device')} are too few to stop it, even if all of them fail`;
  const see = devices === 1 ? 'sees' : 'see';
  return `${counted(devices, 'device')} ${see} a share of ${what} above ${percent(effect.smallest)} (with 95 % chance; ${effect.devicesToStop} stop it)`;
}

function missing(devicesToPass: number | undefined, all: number, { failures }: Gates): string {
  const needs =
    devicesToPass === undefined ? 'can never be reached' : `needs ${devicesToPass} devices without a failure`;
  return `\`sureBelow: ${failures.sureBelow}\` ${needs}, and about ${all} of all stages so far will have had a chance: it cannot pass by itself`;
}

export function warnOfSight(
  sight: readonly (readonly GateForecast[])[],
  contact: readonly StageContact[],
  { plan }: Pick<ForecastInput, 'plan'>,
): Warning[] {
  // A stage that finds nobody of its own passes by those before it.
  const stages = sight.flatMap((gates, index) =>
    (contact[index]?.devices ?? 0) === 0 ? [] : [{ name: plan.stages[index]?.name, gates }],
  );
  const blank = blankGates(stages.map(({ gates }) => gates));
  return stages.flatMap(({ name: stage, gates }, index) =>
    gates.flatMap(({ gate, canStop, canPass, sentence }): Warning[] => {
      if (blank.has(gate)) {
        const isFirst = stages.findIndex((one) => one.gates.some((other) => other.gate === gate)) === index;
        const also = stages.length === 1 ? '' : '; nor does it in any other stage';
        return isFirst ? [{ level: 'holds', stage, sentence: `${sentence}${also}` }] : [];
      }
      if (!canPass) return [{ level: 'holds', stage, sentence }];
      return canStop || gate === 'proven' ? [] : [{ level: 'blind', stage, sentence }];
    }),
  );
}

/** Gates that have nothing to decide by in any stage: that is said once. */
function blankGates(stages: readonly (readonly GateForecast[])[]): Set<GateName> {
  return new Set(
    GATE_NAMES.filter((name) => {
      const own = stages.flatMap((gates) => gates.filter(({ gate }) => gate === name));
      return own.length > 0 && own.every(({ sample, canPass }) => sample === 0 && !canPass);
    }),
  );
}
