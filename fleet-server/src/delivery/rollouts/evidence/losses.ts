import { answerInWords, answersAlike, type GraphOutput } from '@plumbline/shared/manifest';
import type { Matured } from '../../../insight/telemetry/index.ts';
import { outputsOf } from '../../../supply/models/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { GateInput } from '../gates/gate-input.ts';

/** A matured prediction and what it lost by the measure of its line. */
export interface Judged extends Matured {
  loss: number;
}

export interface Losses extends Pick<GateInput, 'measure' | 'unmeasured'> {
  judged: Judged[];
}

type Value = Extract<GraphOutput, { kind: 'value' }>;

/**
 * What matured predictions lost, where both models answer the same: a chance by its Brier score, a value by its absolute
 * error in its own unit (of a quantile by the pinball loss), from outcomes that name the days. Predictions of versions
 * that answer something else are left out; when that leaves no side to compare with, `unmeasured` says why.
 */
export async function lossesOf(
  db: ReadDb,
  { line, version }: { line: string; version: string },
  matured: readonly Matured[],
): Promise<Losses> {
  if (matured.length === 0) return { judged: [] };
  const outputs = await outputsOf(db, line);
  const ours = outputs.get(version);
  const isAlike = (of: string): boolean => {
    const other = outputs.get(of);
    if (of === version) return true;
    // What is not registered here can only be taken for what there always was: a chance.
    if (ours === undefined || other === undefined) return ours?.kind !== 'value' && other?.kind !== 'value';
    return answersAlike(ours, other);
  };
  const alike = matured.filter((one) => isAlike(one.version));
  const others = matured.filter((one) => one.version !== version);
  const champion = others.at(-1);
  const unlike =
    ours !== undefined && champion !== undefined && others.every((one) => !isAlike(one.version))
      ? `the candidate answers ${answerInWords(ours)}, and ${champion.version} before it ${wordsOf(outputs.get(champion.version))}`
      : undefined;
  if (ours?.kind !== 'value') {
    return { judged: alike.filter(isChance).map(brierOf), ...(unlike === undefined ? {} : { unmeasured: unlike }) };
  }
  const judged = alike.flatMap((one): Judged[] => {
    const loss = lossOf(ours, one);
    return loss === undefined ? [] : [{ ...one, loss }];
  });
  const unmeasured = unlike ?? unmeasuredValue(ours, alike, judged);
  return { judged, measure: measureOf(ours), ...(unmeasured === undefined ? {} : { unmeasured }) };
}

function unmeasuredValue({ unit }: Value, alike: readonly Matured[], judged: readonly Judged[]): string | undefined {
  if (unit !== DAYS) {
    return `the candidate answers ${unit === undefined ? 'a value without a unit' : `a value in ${unit}`}, and outcomes name days`;
  }
  if (alike.length === 0 || judged.length > 0) return undefined;
  return `${alike.length} matured outcomes say late or in time, and none by how many days`;
}

const DAYS = 'days';

function isChance({ score }: Matured): boolean {
  return score >= 0 && score <= 1;
}

function brierOf(one: Matured): Judged {
  return { ...one, loss: (one.score - one.label) ** 2 };
}

function lossOf({ unit, quantile }: Value, { score, delayDays }: Matured): number | undefined {
  if (unit !== DAYS || delayDays === undefined) return undefined;
  const miss = delayDays - score;
  if (quantile === undefined) return Math.abs(miss);
  return miss >= 0 ? quantile * miss : (quantile - 1) * miss;
}

function measureOf({ unit, quantile }: Value): NonNullable<GateInput['measure']> {
  const name = quantile === undefined ? 'mean absolute error' : `pinball loss at ${quantile}`;
  return { name, ...(unit === undefined ? {} : { unit }) };
}

function wordsOf(output: GraphOutput | undefined): string {
  return output === undefined ? 'something that is not known' : answerInWords(output);
}
