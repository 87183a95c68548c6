import { counted, listed } from '../gates/say.ts';
import { isFit, type ForecastDevice, type ForecastInput, type Warning } from './forecast-input.ts';

export interface FitForecast {
  fits: number;
  /** What travels, and to how many. */
  chosen: { variant: string; codec: string; payloadBytes: number; devices: number }[];
  /** Devices that no variant fits, by profile and reason; the largest group first. */
  unfit: { profile: string; reason: string; count: number; devices: string[] }[];
  /** Fit, but no stage takes so many. */
  notReached: number;
}

/** Which variant and payload devices get, and why the others get none. */
export function forecastFits(devices: readonly ForecastDevice[]): FitForecast {
  const chosen = new Map<string, FitForecast['chosen'][number]>();
  const unfit = new Map<string, FitForecast['unfit'][number]>();
  let [fits, notReached] = [0, 0];
  for (const { device, profile, fit, stage } of devices) {
    if (!isFit(fit)) {
      const group = entryOf(unfit, `${profile}\n${fit.unfit}`, () => ({
        profile,
        reason: fit.unfit,
        count: 0,
        devices: [],
      }));
      group.count += 1;
      group.devices.push(device);
      continue;
    }
    fits += 1;
    if (stage === undefined) {
      notReached += 1;
      continue;
    }
    const { variant, codec, payloadBytes } = fit;
    const key = `${variant}\n${codec}\n${payloadBytes}`;
    entryOf(chosen, key, () => ({ variant, codec, payloadBytes, devices: 0 })).devices += 1;
  }
  return {
    fits,
    notReached,
    chosen: [...chosen.values()].toSorted((a, b) => b.devices - a.devices || a.payloadBytes - b.payloadBytes),
    unfit: [...unfit.values()].toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}

export function warnOfFits({ fits, unfit }: FitForecast, { plan, selected }: ForecastInput): Warning[] {
  const warnings: Warning[] = plan.stages.flatMap((stage, index) =>
    selected[index] === 0
      ? [{ level: 'refused', stage: stage.name, sentence: 'selects no device: it cannot be created' }]
      : [],
  );
  if (fits === 0 && unfit.length > 0) {
    const sentence = `no variant of ${plan.line}@${plan.version} fits any device: ${unfit[0]?.reason}`;
    return [...warnings, { level: 'refused', stage: undefined, sentence }];
  }
  for (const { profile, reason, count, devices } of unfit) {
    const sentence = `nothing fits ${counted(count, 'device')} of profile ${profile} (${listed(devices)}): ${reason}`;
    warnings.push({ level: 'left-out', stage: undefined, sentence });
  }
  return warnings;
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
