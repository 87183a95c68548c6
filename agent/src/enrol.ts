import { enrolResponse, problem, type EnrolRequest, type EnrolResponse } from '@plumbline/shared/api';
import { messageOf } from '@plumbline/shared/errors';
import { fromBase64, parseEnrolmentCode, toHex, utf8, verifyPinnedRoot } from '@plumbline/shared/trust';
import type { z } from 'zod';
import { AgentError } from './errors.ts';
import { readIdentity, type Identity } from './identity.ts';
import type { Ports } from './ports/index.ts';
import { readBounded } from './read-bounded.ts';
import { stored } from './store/json.ts';
import { IDENTITY } from './store/keys.ts';

export interface EnrolOptions {
  /** What the installer was given: `plumbline1.…` */
  code: string;
  /** Id of the firmware profile. */
  profile: string;
  agentVersion: string;
  fetch?: typeof fetch;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 65_536;

/**
 * Trades the one-time code for a name. The identity is stored in one commit: a device is enrolled or it is not.
 * After a crash the same code can be used again; the same key gets the same answer.
 * @throws AgentError `already_enrolled`, `enrolment_refused`, `enrolment_unreachable`;
 * TrustError `token_invalid` (the code), `wrong_root` (the server is not the one the code speaks of)
 */
export async function enrol(
  ports: Pick<Ports, 'clock' | 'crypto' | 'store'>,
  { code, profile, agentVersion, ...options }: EnrolOptions,
): Promise<Identity> {
  const known = await readIdentity(ports.store);
  if (known !== undefined) {
    throw new AgentError('already_enrolled', `this device is ${known.site}/${known.device} already`, {
      kind: 'conflict',
      field: 'code',
      expected: 'a device without identity',
    });
  }
  const { url, token, rootSha256 } = parseEnrolmentCode(code);
  const request: EnrolRequest = {
    token,
    publicKey: await ports.crypto.devicePublicKey(),
    proof: toHex(await ports.crypto.signAsDevice(utf8(token))),
    profile,
    agent: agentVersion,
  };
  const { site, device, mqttUrl, root } = await ask(ports, `${url}/api/v1/enrol`, request, options.fetch ?? fetch);
  verifyPinnedRoot(fromBase64(root), rootSha256);
  const identity: Identity = { site, device, mqttUrl, rootSha256, root };
  await ports.store.commit([{ put: IDENTITY, value: stored(identity) }]);
  return identity;
}

async function ask(
  { clock }: Pick<Ports, 'clock'>,
  url: string,
  request: EnrolRequest,
  send: typeof fetch,
): Promise<EnrolResponse> {
  const timeout = new AbortController();
  const takeBack = clock.after(TIMEOUT_MS, () => timeout.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)));
  try {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: timeout.signal,
      redirect: 'error',
    });
    const body = response.body === null ? new Uint8Array() : await readBounded(response.body, MAX_BODY_BYTES);
    if (!response.ok) throw refused(response.status, parse(problem, body));
    const answer = parse(enrolResponse, body);
    if (answer === undefined) throw unreachable(url, 'the answer is not one of a fleet server');
    return answer;
  } catch (error) {
    throw error instanceof AgentError ? error : unreachable(url, messageOf(error), error);
  } finally {
    takeBack();
  }
}

function parse<T>(schema: z.ZodType<T>, body: Uint8Array): T | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

function refused(status: number, why: { code: string; detail: string } | undefined): AgentError {
  // A server in trouble has not judged the code: the installer tries again instead of asking for a new one.
  if (status >= 500) return unreachable('the fleet server', `HTTP ${status}`);
  const detail = why === undefined ? `HTTP ${status}` : `${why.code}: ${why.detail}`;
  return new AgentError('enrolment_refused', detail, { kind: 'refused', field: 'code' });
}

function unreachable(where: string, why: string, cause?: unknown): AgentError {
  return new AgentError('enrolment_unreachable', `${where}: ${why}`, { kind: 'unavailable', field: 'url', cause });
}
