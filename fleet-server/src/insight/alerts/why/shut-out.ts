import { ago, certain, day, iso, likely, type Rule } from './finding.ts';

/** What keeps a device from connecting at all. */
export const SHUT_OUT: readonly Rule[] = [
  ({ standing, device, standingReason }) =>
    standing !== 'revoked'
      ? undefined
      : certain('revoked', `${device} was taken out of the fleet: ${standingReason ?? 'no reason was given'}.`, {
          evidence: { reason: standingReason ?? '' },
          advice: 'That is for good; enrol the hardware under a new name if it is to come back.',
        }),
  ({ standing, standingReason, device }) =>
    standing !== 'quarantined' || standingReason !== 'cloned'
      ? undefined
      : certain('cloned', `The key of ${device} is used from two places, so it is shut out.`, {
          evidence: { reason: 'cloned' },
          advice: 'Find the copy (a restored image?), wipe it, then `devices release`; or revoke and enrol anew.',
        }),
  ({ standing, standingReason, device }) =>
    standing !== 'quarantined'
      ? undefined
      : certain(
          'quarantined',
          `${device} is shut out until a person has looked: ${standingReason ?? 'no reason was given'}.`,
          {
            evidence: { reason: standingReason ?? '' },
            advice: 'Look into the reason, then `devices release`.',
          },
        ),
  ({ siteState, site, device, online }) =>
    siteState === 'open' || online
      ? undefined
      : certain('site_closed', `${device} belongs to site ${site}, which is ${siteState}: it wipes itself and goes.`, {
          evidence: { site, siteState },
          advice: 'Nothing, if the site is over; reopen it otherwise.',
        }),
  ({ online, certificateUntil, now, device }) =>
    online || certificateUntil === undefined || certificateUntil > now
      ? undefined
      : certain(
          'certificate_expired',
          `The certificate of ${device} expired on ${day(certificateUntil)}; it has to renew it before it can connect.`,
          {
            evidence: { notAfter: iso(certificateUntil) },
            advice:
              'It renews over HTTPS with its key: see that it reaches the web port of the server, and that its clock is right.',
          },
        ),
  ({ contactAt, enrolledAt, now, device }) =>
    contactAt !== undefined
      ? undefined
      : likely(
          'never_connected',
          `${device} enrolled ${ago(now - enrolledAt)} ago and has never connected over MQTT.`,
          {
            evidence: { enrolledAt: iso(enrolledAt) },
            advice:
              'It reached the web port, so look at the MQTT port (8883, or /mqtt over 443) in the firewall of the site.',
          },
        ),
];
