import { AWAY } from './away.ts';
import type { DeviceFacts } from './facts.ts';
import { FALLING_BEHIND } from './falling-behind.ts';
import { ago, certain, iso, likely, type Finding } from './finding.ts';
import { NOT_UPDATING } from './not-updating.ts';
import { SHUT_OUT } from './shut-out.ts';

/** The most likely first: what shuts a device out, what keeps it away, what it refuses, what it lags behind with. */
const RULES = [...SHUT_OUT, ...AWAY, ...NOT_UPDATING, ...FALLING_BEHIND];

/** Every cause the facts speak for, the most likely first; never empty. */
export function findCauses(facts: DeviceFacts): Finding[] {
  const { device, now, enrolled, token } = facts;
  if (enrolled === undefined) return [notEnrolled(device, now, token)];
  const found = RULES.flatMap((rule) => rule({ device, now, ...enrolled }) ?? []);
  if (found.length > 0) return found;
  return [
    certain('nothing_wrong', `Nothing speaks against ${device}: it is connected and does what it was told.`, {
      evidence: { online: true },
      advice: 'Ask it for diagnostics if you know better (`devices diagnostics --ask`).',
    }),
  ];
}

function notEnrolled(device: string, now: number, token: DeviceFacts['token']): Finding {
  const expiresAt = token?.expiresAt ?? 0;
  const evidence = { expiresAt: iso(expiresAt) };
  if (token?.waits === true)
    return certain('awaits_approval', `${device} has asked to enrol and waits for a person to let it in.`, {
      evidence,
      advice: 'Compare the fingerprint it shows with `devices pending`, then `devices approve`.',
    });
  if (expiresAt <= now)
    return certain('code_expired', `${device} never enrolled, and its code expired ${ago(now - expiresAt)} ago.`, {
      evidence,
      advice: 'Make a new code (`devices token`).',
    });
  return likely('code_unused', `${device} never enrolled; its code was not used yet.`, {
    evidence,
    advice: 'Give it the code; if it was given, see that it reaches the web port of the server.',
  });
}
