import { minVersion } from 'semver';
import { fits, type Profile } from '@plumbline/firmware-profiles';
import type { Engine } from '../../../platform/ports/index.ts';
import { cheapest } from '../wire-codecs.ts';
import { refusals } from '../judge/gates.ts';
import { engineOf, latencyOn, type Trial, type Verdict } from './trial.ts';

/** What devices of one profile get, or why they get nothing; and why each other encoding was passed over. */
export interface Choice {
  profile: string;
  recipe: string | undefined;
  reasons: Record<string, string>;
}

/** Engines on which the model as it came is as it should be, and why not on the others. */
export interface Where {
  engines: readonly Engine[];
  without: Partial<Record<Engine, string>>;
}

/**
 * For each profile the encoding that is smallest on its wire among those that pass; ties go to fewer bytes on disk, then
 * to the lossless one, then by name. Each chosen one must also hold on rows that took no part in choosing it.
 * @param passesFinal why it does not hold there; asked once a recipe
 */
export async function choose(
  trials: readonly (Trial & Verdict)[],
  profiles: readonly Profile[],
  where: Where,
  passesFinal: (trial: Trial) => Promise<string[]>,
): Promise<Choice[]> {
  const asked = new Map<string, Promise<string[]>>();
  const final = (trial: Trial) => {
    const answer = asked.get(trial.recipe) ?? passesFinal(trial);
    asked.set(trial.recipe, answer);
    return answer;
  };
  const choices: Choice[] = [];
  for (const profile of profiles) choices.push(await chooseFor(profile, trials, where, final));
  return choices;
}

async function chooseFor(
  profile: Profile,
  trials: readonly (Trial & Verdict)[],
  where: Where,
  final: (trial: Trial) => Promise<string[]>,
): Promise<Choice> {
  const reasons: Record<string, string> = {};
  let recipe: string | undefined;
  const order = trials.toSorted(
    (a, b) =>
      cheapest(a.wire, profile.codecs) - cheapest(b.wire, profile.codecs) ||
      a.bytes.length - b.bytes.length ||
      Number(b.lossless) - Number(a.lossless) ||
      (a.recipe < b.recipe ? -1 : 1),
  );
  for (const trial of order) {
    const against = refusalsOf(trial, profile, where);
    if (against.length === 0 && recipe === undefined) against.push(...(await final(trial)));
    if (against.length > 0) reasons[trial.recipe] = against.join('; ');
    else recipe ??= trial.recipe;
  }
  return { profile: profile.id, recipe, reasons };
}

function refusalsOf(trial: Trial & Verdict, profile: Profile, { engines, without }: Where): string[] {
  if (trial.verdict === 'refuse') return [trial.reason];
  const engine = engineOf(profile.runtime.engine);
  if (!engines.includes(engine)) return [`not on ${profile.runtime.engine}: ${without[engine] ?? 'not tried'}`];
  const on = trial.engines[engine];
  const verdict = fits(profile, {
    modelBytes: trial.bytes.length,
    ...(on.ok ? { memoryMb: Math.ceil(on.peakMb) } : {}),
    opsets: trial.graph.opsets,
    operators: Object.keys(trial.graph.operators).map((name) => name.replace('::', ':')),
    derivations: [],
    agentDerivations: [],
    agentVersion: minVersion(profile.agent)?.version ?? profile.agent,
  });
  return [
    ...(verdict.fits ? [] : verdict.reasons.map(({ sentence }) => sentence)),
    ...refusals([latencyOn(trial, profile)]),
  ];
}
