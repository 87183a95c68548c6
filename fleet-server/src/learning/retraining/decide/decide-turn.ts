import type { Finding, Hold } from '@plumbline/shared/drift';
import type { RetrainPolicy } from '../policy/policy.ts';

export type TurnCause = 'drift' | 'realised' | 'estimated' | 'labels' | 'time' | 'person';

/** What is known of a line when it is looked at; times in ms. */
export interface LineFacts {
  now: number;
  /** When the line had its first version: since then it has had new models to spend. */
  since: number;
  /** Version in force, and up to when labels were known to it. */
  champion: { version: string; knownBefore: number };
  /** Of any version and scope, alarms or not. */
  findings: readonly Finding[];
  holds: readonly Hold[];
  /** Ids of findings that earlier turns have answered. */
  answered: ReadonlySet<string>;
  /** When turns of this line were opened, whatever came of them. */
  openedAt: readonly number[];
  /** The newest change that a turn has answered: when it began, and when the line was looked at last. */
  answeredChange?: { at: number; lookedAt: number } | undefined;
  /** When turns were opened that came to a new model. */
  retrainedAt: readonly number[];
  /** Labels that became known in `[since, now)`. */
  labelsSince(since: number): number;
}

export type TurnDecision =
  | { open: true; cause: TurnCause; sentence: string; findings: string[]; changeAt?: number }
  | { open: false; sentence: string };

const DAY_MS = 86_400_000;
export const YEAR_MS = 365 * DAY_MS;

/** A site or a device of its own is mended or moved to another line: it is no reason to teach the whole fleet. */
const WIDE = ['fleet', 'group', 'profile'];

/**
 * Whether a turn opens, and on what. Brakes first, whatever has been found; then the surest reason. Time and new labels
 * only examine: without a winner on rows that neither model has seen, nothing is released.
 */
export function decideTurn(facts: LineFacts, policy: RetrainPolicy): TurnDecision {
  const brake = brakeOn(facts, policy);
  if (brake !== undefined) return { open: false, sentence: brake };
  const { now, champion, findings } = facts;
  const { on } = policy;
  const found = findings.filter((one) => isReason(one, facts));
  for (const cause of ['drift', 'realised', 'estimated'] as const) {
    const own = found.filter(({ kind }) =>
      cause === 'drift'
        ? on.drift?.kinds.some((one) => one === kind) === true
        : on.loss?.[cause] === true && kind === cause,
    );
    const [first] = own.toSorted((a, b) => b.effect - a.effect || (a.id < b.id ? -1 : 1));
    if (first === undefined) continue;
    const changes = own.flatMap(({ since }) => (since === undefined ? [] : [since.at]));
    return {
      open: true,
      cause,
      sentence: `${cause === 'drift' ? `drift (${first.kind})` : `${cause} loss`}: ${first.sentence}`,
      findings: own.map(({ id }) => id),
      ...(changes.length > 0 && { changeAt: Math.min(...changes) }),
    };
  }
  const known = labelsOfChange(facts);
  if (known !== undefined && known.now >= 2 * Math.max(known.before, policy.minimumLabels)) {
    const since = new Date(known.at).toISOString().slice(0, 10);
    const sentence = `${known.now} labels since the change of ${since}, ${known.before} when it was looked at last`;
    return { open: true, cause: 'labels', sentence, findings: [], changeAt: known.at };
  }
  const lastAt = Math.max(champion.knownBefore, ...facts.openedAt);
  const fresh = on.newLabels === undefined ? 0 : facts.labelsSince(lastAt);
  if (on.newLabels !== undefined && fresh >= on.newLabels) {
    return { open: true, cause: 'labels', sentence: `${fresh} new labels, ${on.newLabels} open a turn`, findings: [] };
  }
  const days = Math.floor((now - lastAt) / DAY_MS);
  if (on.everyDays !== undefined && days >= on.everyDays) {
    return { open: true, cause: 'time', sentence: `${days} days since it was last looked at`, findings: [] };
  }
  return { open: false, sentence: 'nothing found that asks for it' };
}

/**
 * A change is answered while little of what came after it is known. Twice as much is worth another look; how often that
 * happens falls by itself.
 */
function labelsOfChange({ answeredChange, labelsSince }: LineFacts) {
  if (answeredChange === undefined) return undefined;
  const { at, lookedAt } = answeredChange;
  const now = labelsSince(at);
  return { at, now, before: now - labelsSince(Math.max(at, lookedAt)) };
}

function brakeOn(facts: LineFacts, policy: RetrainPolicy): string | undefined {
  const { now, champion, holds, openedAt } = facts;
  if (policy.mode === 'off') return 'the policy is off';
  const fault = holds.find(({ scope, to }) => scope.of === 'fleet' && (to === null || to > now));
  if (fault !== undefined) return `a fault of the data stands on ${fault.feature}: it is mended, not learned`;
  const last = Math.max(-Infinity, ...openedAt);
  if (now - last < policy.coolDownDays * DAY_MS) return `cooling down, ${policy.coolDownDays} days from the last turn`;
  const withinYear = (times: readonly number[]) => times.filter((at) => now - at < YEAR_MS).length;
  const lately = withinYear(openedAt);
  if (lately >= policy.perYear) return `${lately} turns within a year, ${policy.perYear} are allowed`;
  const spent = spentOn(facts, policy);
  if (spent !== undefined) return spent;
  const labels = facts.labelsSince(champion.knownBefore);
  if (labels >= policy.minimumLabels) return undefined;
  return `${labels} labels newer than the champion, ${policy.minimumLabels} needed`;
}

/** What one year did not need the next may use, twice as many at most: a change keeps to no calendar. */
function spentOn({ now, since, retrainedAt }: LineFacts, { retrainingsPerYear }: RetrainPolicy): string | undefined {
  const years = Math.floor((now - since) / YEAR_MS) + 1;
  const [earned, made] = [years * retrainingsPerYear, retrainedAt.length];
  if (made >= earned) return `${made} new models in year ${years} of the line, ${earned} are allowed`;
  const lately = retrainedAt.filter((at) => now - at < YEAR_MS).length;
  const most = 2 * retrainingsPerYear;
  return lately < most ? undefined : `${lately} new models within a year, ${most} are allowed at most`;
}

/** An alarm on the version in force that no turn has answered, and that no fault of the same feature explains. */
function isReason(one: Finding, { champion, answered, findings, holds }: LineFacts): boolean {
  if (!one.alarm || one.version !== champion.version || !WIDE.includes(one.scope.of) || answered.has(one.id))
    return false;
  if (one.subject === undefined || one.kind === 'quality') return true;
  const meets = (from: number, to: number | null) => from < one.to && (to === null || to > one.from);
  const isFaulty = findings.some(
    ({ kind, alarm, subject, from, to }) => kind === 'quality' && alarm && subject === one.subject && meets(from, to),
  );
  return !isFaulty && !holds.some(({ feature, from, to }) => feature === one.subject && meets(from, to));
}

/**
 * One-sided level of the test in the `tries`-th turn within a year: an even share of 0.05, so that a year names a winner by
 * chance at most once in twenty. What a person orders beyond the turns of a year is tested ever more strictly.
 */
export function levelOfTry(tries: number, perYear: number): number {
  return (0.05 / perYear) * 2 ** -Math.max(0, tries - perYear);
}
