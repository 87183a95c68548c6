import type { ModelReport } from '@plumbline/shared/wire';
import type { Enrolled } from './facts.ts';
import { certain, iso, likely, type Finding, type Rule } from './finding.ts';
import { REFUSALS } from './refusals.ts';

/** What keeps a device from running what it was told, by its own word or by ours. */
export const NOT_UPDATING: readonly Rule[] = [
  ({ penalty, device }) =>
    penalty === undefined
      ? undefined
      : certain(
          'penalty_box',
          `${device} failed ${penalty.failures} times one after the other and gets nothing new until ${iso(penalty.until)}: ${penalty.reason}.`,
          {
            evidence: { failures: penalty.failures, until: iso(penalty.until), reason: penalty.reason },
            advice: 'Mend the reason; `plumbline penalties` releases it sooner.',
          },
        ),
  (facts) =>
    lineFinding(facts, (line) => line.state === 'refused' && line.reason === 'given_up', 'given_up', 'has given up on'),
  (facts) => lineFinding(facts, (line) => line.state === 'refused', 'refused', 'refused'),
  (facts) =>
    lineFinding(
      facts,
      (line) => line.state === 'rolled-back' || line.state === 'rolling-back',
      'rolled_back',
      'went back from',
    ),
  (facts) =>
    lineFinding(
      facts,
      (line) => line.state === 'deferred' && line.reason !== 'stale_metadata',
      'deferred',
      'has put off',
    ),
  ({ staleSince, device }) =>
    staleSince === undefined
      ? undefined
      : likely('stale_metadata', `${device} lives on old metadata since ${iso(staleSince)} and installs nothing.`, {
          evidence: { staleSince: iso(staleSince) },
          advice: 'See that the server renews its metadata, and that nothing between it and the site holds it back.',
        }),
  ({ diskFull, device }) =>
    diskFull === undefined
      ? undefined
      : certain('disk_full', `The disk of ${device} was full ${diskFull.count} times within a day.`, {
          evidence: { count: diskFull.count, lastAt: iso(diskFull.lastAt) },
          advice: 'Free space there; readings are refused or dropped meanwhile.',
        }),
];

function lineFinding(
  { device, report }: { device: string } & Enrolled,
  isMeant: (line: ModelReport) => boolean,
  code: string,
  did: string,
): Finding | undefined {
  const line = report?.models.find(isMeant);
  if (line === undefined) return undefined;
  const { means, helps } =
    line.reason === undefined ? { means: 'it gave no reason', helps: 'ask for diagnostics' } : REFUSALS[line.reason];
  const until =
    line.state === 'deferred' && line.deferredUntil !== undefined ? ` until ${iso(line.deferredUntil)}` : '';
  const detail = line.detail === undefined ? '' : ` (${line.detail})`;
  return certain(code, `${device} ${did} the new ${line.model}${until}: ${means}${detail}.`, {
    evidence: {
      model: line.model,
      state: line.state,
      reason: line.reason ?? '',
      runs: line.running?.version ?? 'nothing',
    },
    advice: `${helps.slice(0, 1).toUpperCase()}${helps.slice(1)}.`,
  });
}
