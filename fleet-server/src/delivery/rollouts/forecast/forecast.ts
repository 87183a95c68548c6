import { counted } from '../gates/say.ts';
import { bytesOf, forecastBytes, warnOfBytes, type BytesForecast, type DeviceBytes } from './bytes.ts';
import { forecastContact, warnOfContact, type ContactForecast } from './contact.ts';
import { forecastFits, warnOfFits, type FitForecast } from './fits.ts';
import { isFit, LEVELS, type ForecastInput, type Warning } from './forecast-input.ts';
import { forecastParts, warnOfAnswers, warnOfParts, type PartForecast } from './parts.ts';
import { forecastSight, warnOfSight } from './sight.ts';
import type { GateForecast } from './time-sight.ts';

export interface StageForecast extends ContactForecast {
  name: string;
  selected: number;
  gates: GateForecast[];
}

/** One device: what it gets and what that costs its link, or why nothing fits it. */
export interface DeviceForecast {
  device: string;
  site: string;
  profile: string;
  /** Name of the stage that draws it; null: none does. */
  stage: string | null;
  variant: string | null;
  payloadBytes: number | null;
  unfit: string | null;
  bytes: DeviceBytes;
  lastSeenAt: number | null;
}

/** What a rollout would mean if it started now: nothing of it is certain, and all of it is from what is known. */
export interface Forecast {
  at: number;
  line: string;
  version: string;
  /** The worst first. */
  warnings: Warning[];
  fit: FitForecast;
  parts: PartForecast[];
  stages: StageForecast[];
  bytes: BytesForecast;
  devices: DeviceForecast[];
}

/** Pure: the same input gives the same forecast. */
export function forecastOf(input: ForecastInput): Forecast {
  const { now, plan, selected, devices, metadata } = input;
  const fit = forecastFits(devices);
  const parts = forecastParts(input);
  const contact = forecastContact(input);
  const sight = forecastSight(input, contact, parts);
  const bytes = forecastBytes(input);
  const warnings = [
    ...warnOfFits(fit, input),
    ...warnOfOthers(input),
    ...warnOfAnswers(input),
    ...warnOfParts(parts),
    ...warnOfSight(sight, contact, input),
    ...warnOfContact(contact, input),
    ...warnOfBytes(bytes),
  ];
  return {
    at: now,
    line: plan.line,
    version: plan.version,
    warnings: warnings.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)),
    fit,
    parts,
    stages: contact.map(({ expected: _expected, ...of }, index) => ({
      name: plan.stages[index]?.name ?? '',
      selected: selected[index] ?? 0,
      ...of,
      gates: sight[index] ?? [],
    })),
    bytes,
    devices: devices.map((one) => ({
      device: one.device,
      site: one.site,
      profile: one.profile,
      stage: one.stage === undefined ? null : (plan.stages[one.stage]?.name ?? null),
      variant: isFit(one.fit) ? one.fit.variant : null,
      payloadBytes: isFit(one.fit) ? one.fit.payloadBytes : null,
      unfit: one.fit.unfit ?? null,
      bytes: bytesOf(one, metadata),
      lastSeenAt: one.lastSeenAt,
    })),
  };
}

function warnOfOthers({ frozen, predecessor, devices, plan }: ForecastInput): Warning[] {
  const warnings: Warning[] = [];
  const say = (level: Warning['level'], sentence: string) => warnings.push({ level, stage: undefined, sentence });
  if (frozen !== undefined)
    say('holds', `the fleet is frozen (${frozen}): nothing goes out until \`plumbline unfreeze\``);
  if (predecessor === null)
    say('note', `${plan.line}@${plan.version} follows nothing: there is no way back by a return ticket`);
  const first = devices.filter(({ stage, runningSha256 }) => stage !== undefined && runningSha256 === undefined).length;
  if (first > 0) {
    say(
      'note',
      `${counted(first, 'device')} ${first === 1 ? 'has' : 'have'} no model of this line in force: a first install is compared with nothing`,
    );
  }
  return warnings;
}
