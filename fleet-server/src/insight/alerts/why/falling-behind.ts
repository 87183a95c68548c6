import { LINK_NEARLY_USED } from './away.ts';
import { ago, certain, iso, likely, percent, type Rule } from './finding.ts';

/** Certificates are renewed with a third of their time to go; this near the end that has failed for long. */
const CERTIFICATE_SOON_MS = 7 * 24 * 3_600_000;
/** A device that is connected takes what it is told within minutes. */
const TAKES_MS = 10 * 60_000;
const MANY_ROWS = 5_000;

/** What is not as it should be, and may be why. */
export const FALLING_BEHIND: readonly Rule[] = [
  ({ assigned, report, online, now, device }) => {
    if (assigned === undefined || assigned.seq <= (report?.assignmentSeq ?? 0)) return undefined;
    const evidence = { assigned: assigned.seq, reported: report?.assignmentSeq ?? 0, assignedAt: iso(assigned.at) };
    if (!online)
      return certain(
        'not_told_yet',
        `${device} has not heard of assignment ${assigned.seq} yet; it is waiting at the broker.`,
        {
          evidence,
          advice: 'Nothing: it takes it when it connects.',
        },
      );
    if (now - assigned.at < TAKES_MS) return undefined;
    return likely(
      'not_taken',
      `${device} is connected but has not taken assignment ${assigned.seq} of ${ago(now - assigned.at)} ago.`,
      {
        evidence,
        advice: 'It refuses what is not signed as it believes: compare root and director key, and ask for diagnostics.',
      },
    );
  },
  ({ certificateUntil, now, device }) =>
    certificateUntil === undefined || certificateUntil <= now || certificateUntil - now > CERTIFICATE_SOON_MS
      ? undefined
      : likely(
          'certificate_soon',
          `The certificate of ${device} ends in ${ago(certificateUntil - now)} and was not renewed in its time.`,
          {
            evidence: { notAfter: iso(certificateUntil) },
            advice: 'It renews over HTTPS: see that it reaches the web port of the server.',
          },
        ),
  ({ report, device, online }) => {
    const waiting = Object.values(report?.outbox ?? {}).reduce((sum, stream) => sum + stream.waiting, 0);
    if (waiting < MANY_ROWS) return undefined;
    return likely('outbox_waits', `${waiting} rows wait on ${device} to be sent${online ? '' : ' when it is back'}.`, {
      evidence: { waiting },
      advice: 'Look at the speed and the budget of its link; nothing is lost until its outbox is full.',
    });
  },
  ({ report, device, online }) => {
    const link = report?.link;
    if (!online || link?.limitBytes === undefined || link.upBytes + link.downBytes < link.limitBytes * LINK_NEARLY_USED)
      return undefined;
    return likely(
      'link_budget_used',
      `${device} has used ${percent(link.upBytes + link.downBytes, link.limitBytes)} of the month of its link: only reports and entries travel.`,
      {
        evidence: { upBytes: link.upBytes, downBytes: link.downBytes, limitBytes: link.limitBytes },
        advice: 'It goes on with the next month (UTC); or book more and raise `linkMonthlyBytes`.',
      },
    );
  },
  ({ frozen, device }) =>
    frozen === undefined
      ? undefined
      : certain(
          'frozen',
          `The whole fleet is frozen by ${frozen.actor}: ${frozen.reason}. ${device} gets nothing new.`,
          {
            evidence: { reason: frozen.reason },
            advice: '`plumbline unfreeze` when the reason is gone.',
          },
        ),
];
