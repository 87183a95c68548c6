import { createHash } from 'node:crypto';
import type { Finding, FindingKind, FindingScope } from '@plumbline/shared/drift';

/** What a finding says; the rest is made of it. */
export type FindingParts = Omit<Finding, 'id' | 'todo' | 'tests' | 'shares' | 'devices' | 'sites' | 'sure'> &
  Partial<Pick<Finding, 'tests' | 'shares' | 'devices' | 'sites' | 'sure'>>;

/** A finding with its name, which is the same whenever this is found of the same period. */
export function makeFinding(parts: FindingParts): Finding {
  const { tests = [], shares = [], devices = 0, sites = 0, sure = sureOf(parts), ...rest } = parts;
  return { ...rest, tests, shares, devices, sites, sure, todo: todoOf(parts), id: idOf(parts) };
}

/** One thing in one place, whenever it is found: `model:delay@1.2.0/covariate:crew/site:north`. */
export function subjectOf({
  kind,
  quality,
  line,
  version,
  scope,
  subject,
}: Pick<FindingParts, 'kind' | 'quality' | 'line' | 'version' | 'scope' | 'subject'>): string {
  const what = [quality ?? kind, ...(subject === undefined ? [] : [subject])].join(':');
  const where = scope.of === 'fleet' ? '' : `/${scope.of}:${scope.id}`;
  return `model:${line}@${version}/${what}${where}`;
}

function idOf(parts: FindingParts): string {
  return createHash('sha256')
    .update(`${subjectOf(parts)} ${parts.from}`)
    .digest('hex')
    .slice(0, 16);
}

function sureOf({ p, n, alarm }: Pick<FindingParts, 'p' | 'n' | 'alarm'>): string {
  const chance = p < 1e-12 ? 'less than 1 in 10¹²' : p.toExponential(1);
  return alarm
    ? `chance of it if nothing had changed: ${chance}, over ${n}`
    : `not sure enough: p = ${chance}, over ${n}`;
}

const ADVICE: Record<FindingKind, string> = {
  covariate: 'see whether the work has changed or how it is written down; retrain once outcomes of such rows are there',
  score: 'see which features moved with it; estimated performance says whether it matters',
  label: 'retrain with outcomes since the change; a threshold may be enough',
  concept: 'retrain with outcomes since the change alone',
  estimated: 'wait for outcomes of these rows, or label some of them, before anything is replaced',
  realised: 'retrain, and compare with the model in force on the newest outcomes',
  fairness: 'look at the slice by itself before the model decides anything about it',
  quality: 'mend the source; its values are kept out of training until a look finds them right again',
  sequence: 'see which rows are predicted wrongly since then; retrain when outcomes bear it out',
};

function todoOf({ kind, alarm }: Pick<FindingParts, 'kind' | 'alarm'>): string {
  return alarm ? ADVICE[kind] : 'nothing';
}

/** For people: the fleet, or what is named. */
export function placeOf({ of, id }: FindingScope): string {
  return of === 'fleet' ? 'the fleet' : `${of} ${id}`;
}
