import { enrolPending, enrolResponse, type EnrolRequest, type EnrolResponse } from '@plumbline/shared/api';
import { isRetryable } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import {
  certificateSha256,
  enrolmentProofBytes,
  fingerprintOf,
  fromBase64,
  keyId,
  parseEnrolmentCode,
  startTrust,
  toHex,
} from '@plumbline/shared/trust';
import { z } from 'zod';
import { postJson } from './enrolment/post-json.ts';
import { AgentError } from './errors.ts';
import { readIdentity, type Identity } from './identity.ts';
import type { Ports } from './ports/index.ts';
import { stored } from './store/json.ts';
import { IDENTITY } from './store/keys.ts';

export interface EnrolOptions {
  /** What the installer was given: `plumbline1.…` */
  code: string;
  /** Id of the firmware profile. */
  profile: string;
  agentVersion: string;
  /** Judges the server by the authority that the code pins. */
  fetch?: typeof fetch;
  /** Told once when a person at the office has to compare this fingerprint first. */
  onPending?: (fingerprint: string) => void;
  /** How long it asks again while that person is away; ms. */
  waitMs?: number;
}

type EnrolPorts = Pick<Ports, 'clock' | 'crypto' | 'store'>;

const FIRST_POLL_MS = 2000;
const MAX_POLL_MS = 30_000;
const DEFAULT_WAIT_MS = 15 * 60_000;

/**
 * Trades the one-time code for a name and a certificate. The identity is stored in one commit: a device is enrolled or
 * it is not. After a crash the same code can be used again; the same key gets the same answer.
 * @throws AgentError `already_enrolled`, `enrolment_refused`, `enrolment_unreachable`, `enrolment_pending`, `wrong_ca`;
 * TrustError `token_invalid` (the code), `wrong_root` (the server is not the one the code speaks of)
 */
export async function enrol(ports: EnrolPorts, options: EnrolOptions): Promise<Identity> {
  const known = await readIdentity(ports.store);
  if (known !== undefined) {
    throw new AgentError('already_enrolled', `this device is ${known.site}/${known.device} already`, {
      kind: 'conflict',
      field: 'code',
      expected: 'a device without identity',
    });
  }
  const { url, token, rootSha256, caSha256, issuedAt } = parseEnrolmentCode(options.code);
  const request: EnrolRequest = {
    token,
    publicKey: await ports.crypto.devicePublicKey(),
    proof: toHex(await ports.crypto.signAsDevice(enrolmentProofBytes(token))),
    profile: options.profile,
    agent: options.agentVersion,
  };
  const answer = await untilAnswered(ports, `${url}/api/v1/enrol`, request, options);
  const { site, device, mqttUrl, webSocketUrl, certificate, ca, root } = answer;
  if (certificateSha256(ca) !== caSha256) {
    throw new AgentError('wrong_ca', 'the authority of this server is not the one the code speaks of', {
      kind: 'refused',
      field: 'ca',
      expected: caSha256,
    });
  }
  startTrust(fromBase64(root), rootSha256);
  const identity: Identity = {
    site,
    device,
    url,
    mqttUrl,
    webSocketUrl,
    rootSha256,
    root,
    cas: [ca],
    certificate,
    enrolledAt: issuedAt,
  };
  await ports.store.commit([{ put: IDENTITY, value: stored(identity) }]);
  return identity;
}

const pendingOrDone = z.union([enrolPending, enrolResponse]);

/** Asks, and asks again with the same key while a person is waited for. */
async function untilAnswered(
  { clock }: EnrolPorts,
  url: string,
  request: EnrolRequest,
  { fetch: send = fetch, onPending, waitMs = DEFAULT_WAIT_MS }: EnrolOptions,
): Promise<EnrolResponse> {
  const fingerprint = fingerprintOf(keyId(request.publicKey));
  const asking = { clock, fetch: send, purpose: 'enrolment' } as const;
  let isPending = false;
  let delayMs = FIRST_POLL_MS;
  for (let waited = 0; waited <= waitMs; waited += delayMs) {
    const answer = await postJson(asking, url, request, pendingOrDone).catch((error: unknown) => {
      // Once the server has the request, a lost connection is no reason to give up on the person.
      if (isPending && isRetryable(error)) return undefined;
      throw error;
    });
    if (answer !== undefined && !('status' in answer)) return answer;
    if (!isPending) onPending?.(fingerprint);
    isPending = true;
    delayMs = waited === 0 ? FIRST_POLL_MS : Math.min(delayMs * 2, MAX_POLL_MS);
    await sleep(clock, delayMs);
  }
  throw new AgentError('enrolment_pending', `nobody has approved ${fingerprint} yet; enrol again with the same code`, {
    kind: 'unavailable',
    field: 'code',
    expected: 'an approval at the office',
  });
}
