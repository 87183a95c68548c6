import { sleep } from '@plumbline/shared/ports';
import type { Identity } from '../identity.ts';
import type { Ports } from '../ports/index.ts';
import { renewalDueAt, renewCertificate } from './renew.ts';

export interface CertificateKeeper {
  /** Renews in time until the signal fires; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** The server was reached and said no: the certificate may have expired on a clock that is right. */
  connectionRefused(): void;
}

export interface CertificateKeeperDeps extends Pick<Ports, 'clock' | 'random' | 'crypto' | 'store'> {
  /** Judges the server by the pinned authorities. */
  fetch: typeof fetch;
  identity: () => Identity;
  /** Never before the newest signed time; ms. */
  trustedNow: () => number;
  onRenewed: (identity: Identity) => void;
  onProblem: (error: unknown) => void;
}

/** A clock that is set right, or signed time that arrives, is noticed within this time. */
const LOOK_AGAIN_MS = 3_600_000;
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;

/**
 * Keeps the certificate young: renews at two thirds of its life, and whenever the server refuses a connection, because a
 * device that was off for months may believe its certificate is good. Failures are tried again with jitter, so
 * that a fleet that comes back does not ask all at once.
 */
export function createCertificateKeeper(deps: CertificateKeeperDeps): CertificateKeeper {
  const { clock, random } = deps;
  let isRefused = false;
  /** An attempt was made a moment ago. */
  let isResting = false;
  let wake = new AbortController();

  const pause = (ms: number, signal: AbortSignal) => {
    wake = new AbortController();
    return sleep(clock, ms, AbortSignal.any([signal, wake.signal]));
  };

  const isDue = () => isRefused || deps.trustedNow() >= renewalDueAt(deps.identity().certificate);

  return {
    connectionRefused() {
      // Refused although it was just renewed: another certificate would not help, unless time has overtaken this one.
      if (isResting && deps.trustedNow() < deps.identity().certificate.notAfter) return;
      isRefused = true;
      wake.abort();
    },
    async run(signal) {
      for (let failures = 0; !signal.aborted;) {
        if (!isDue()) {
          const untilDue = renewalDueAt(deps.identity().certificate) - deps.trustedNow();
          await pause(Math.min(untilDue, LOOK_AGAIN_MS), signal);
          continue;
        }
        try {
          deps.onRenewed(await renewCertificate(deps, deps.identity(), deps.fetch));
          failures = 0;
        } catch (error) {
          deps.onProblem(error);
          failures += 1;
        }
        // After a success too: a refusal that a fresh certificate does not cure must not become a loop.
        isRefused = false;
        isResting = true;
        await pause(failures === 0 ? FIRST_RETRY_MS : retryDelay(failures, random.next()), signal);
        isResting = false;
      }
    },
  };
}

function retryDelay(failures: number, spread: number): number {
  const longest = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
  return Math.ceil((longest * (1 + spread)) / 2);
}
