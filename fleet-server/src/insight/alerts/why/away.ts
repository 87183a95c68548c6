import { ago, iso, likely, percent, type Rule } from './finding.ts';

/** Beyond it signatures and windows begin to fail. */
const CLOCK_OFF_MS = 5 * 60_000;
export const LINK_NEARLY_USED = 0.95;

/** What keeps a device from being heard. */
export const AWAY: readonly Rule[] = [
  ({ online, sharedSilence, device }) =>
    online || sharedSilence === undefined
      ? undefined
      : likely('shared_silence', `${device} is silent with many others. ${sharedSilence.sentence}`, {
          evidence: { alert: sharedSilence.subject },
          advice: 'Look at what they share before at the device: link, power, carrier, broker.',
        }),
  ({ online, report, device }) => {
    const link = report?.link;
    if (online || link?.limitBytes === undefined || link.upBytes + link.downBytes < link.limitBytes * LINK_NEARLY_USED)
      return undefined;
    return likely(
      'link_budget_used',
      `${device} had used ${percent(link.upBytes + link.downBytes, link.limitBytes)} of the month of its link when it was last heard.`,
      {
        evidence: { upBytes: link.upBytes, downBytes: link.downBytes, limitBytes: link.limitBytes },
        advice: 'It speaks again with the next month (UTC); or book more and raise `linkMonthlyBytes`.',
      },
    );
  },
  ({ online, contactAt, ownSilence, now, device, site }) =>
    online || contactAt === undefined
      ? undefined
      : ownSilence
        ? likely(
            'silent_alone',
            `${device} was last heard ${ago(now - contactAt)} ago, longer than it is ever away; site ${site} speaks otherwise.`,
            {
              evidence: { contactAt: iso(contactAt) },
              advice:
                'It is the device: its power, its cable or its agent. Ask somebody on site to look at its lights.',
            },
          )
        : likely(
            'away',
            `${device} is not connected; it was last heard ${ago(now - contactAt)} ago, which is not unusual for it yet.`,
            {
              evidence: { contactAt: iso(contactAt) },
              advice: 'Wait: an alert comes when it is away longer than it ever is.',
            },
          ),
  ({ online, ownSilence, sharedSilence, contactAt, device, now }) =>
    !online || contactAt === undefined || !(ownSilence || sharedSilence !== undefined)
      ? undefined
      : likely('mute', `${device} holds a connection but has said nothing for ${ago(now - contactAt)}.`, {
          evidence: { contactAt: iso(contactAt) },
          advice: 'The agent hangs, or the broker has not noticed that it is gone: restart the agent.',
        }),
  ({ report, reportedAt, device }) => {
    if (report === undefined || reportedAt === undefined) return undefined;
    const offMs = report.at - reportedAt;
    if (Math.abs(offMs) <= CLOCK_OFF_MS) return undefined;
    return likely(
      'clock_off',
      `The clock of ${device} is ${ago(Math.abs(offMs))} ${offMs > 0 ? 'ahead' : 'behind'}: certificates, metadata and windows go by it.`,
      {
        evidence: { deviceAt: iso(report.at), serverAt: iso(reportedAt) },
        advice: 'Give the device a source of time (NTP), or a new battery for its clock.',
      },
    );
  },
];
