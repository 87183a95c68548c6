import { benjaminiHochberg, fQuantile, type DriftRule, type Finding } from '@plumbline/shared/drift';
import { makeFinding } from '../findings/make-finding.ts';
import type { OwnPast } from './judge-own-past.ts';
import { aboutOf, FLEET, SCORE, type Period } from './period.ts';
import { withSince } from './since-when.ts';

const MONTH_MS = (365.25 / 12) * 86_400_000;

/**
 * Puts what sites say of their own past beside what the fleet says of training: a feature has one finding, and its sentence
 * says which of the two was found. What was found by both is told by its distance from training.
 */
export function withOwnPast(
  period: Period,
  findings: readonly Finding[],
  past: readonly OwnPast[],
  rule: DriftRule,
): { findings: Finding[]; moved: Set<string> } {
  const found = benjaminiHochberg(
    past.map(({ p }) => p),
    rule.falseAlarmBudget,
  );
  const critical = (rule.falseAlarmBudget * Math.max(1, found.filter(Boolean).length)) / Math.max(1, past.length);
  const moved = new Map(
    past.filter(({ effect }, i) => found[i] === true && effect >= rule.minimumEffect).map((one) => [one.name, one]),
  );
  const told = findings.map((finding) => {
    const own = moved.get(finding.kind === 'score' ? SCORE : (finding.subject ?? ''));
    if (own === undefined) return finding;
    const { id, todo, sure, ...was } = ownFinding(period, finding, own, critical);
    const now = withSince({ ...finding, ...was, id, todo, sure }, period);
    const since = now.since === undefined ? 'has moved' : `has moved since ${monthOf(now.since.at)}`;
    const sentence = `${nameOf(own)} ${since}, each site against its own past ${figuresOf(own)}`;
    if (!finding.alarm) return { ...now, sentence };
    return { ...finding, sentence: `${finding.sentence}; it ${since}, each site against its own past` };
  });
  return { findings: told, moved: new Set(moved.keys()) };
}

function ownFinding(period: Period, { kind, subject, devices }: Finding, own: OwnPast, critical: number): Finding {
  const { above, below, statistic, moved, bySite } = own;
  const whole = moved.reduce((all, one) => all + one ** 2, 0);
  const shares = bySite.map(({ site, weight, moved: by }) => {
    return { site, share: (weight * by.reduce((all, one, j) => all + one * (moved[j] ?? 0), 0)) / whole };
  });
  return makeFinding({
    ...aboutOf(period),
    kind,
    scope: FLEET,
    ...(subject !== undefined && { subject }),
    alarm: true,
    statistic: statistic * above,
    threshold: fQuantile(critical, above, below) * above,
    p: own.p,
    effect: own.effect,
    n: own.n,
    devices,
    sites: own.sites,
    shares: shares.toSorted((a, b) => b.share - a.share),
    sentence: '',
  });
}

function nameOf({ name }: OwnPast): string {
  return name === SCORE ? 'what the model says' : name;
}

function figuresOf({ effect, p, n, sites, pastMs }: OwnPast): string {
  const chance = p < 1e-12 ? 'p < 1e-12' : `p = ${p.toExponential(1)}`;
  return `(effect ${effect.toFixed(2)}, ${chance}, ${n} predictions of ${sites} sites, ${Math.floor(pastMs / MONTH_MS)} months before)`;
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
