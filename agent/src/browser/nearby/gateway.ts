import { siteLogEntry } from '@plumbline/shared/activity';
import { codeOf } from '@plumbline/shared/errors';
import { createConnectToken, toHex } from '@plumbline/shared/trust';
import { z } from 'zod';
import { AgentError, type Identity, type Nearby, type NearbyBundle, type NotNearby, type Ports } from '../../index.ts';
import { readBounded } from '../../read-bounded.ts';
import { TabletError } from '../errors.ts';

export interface GatewayIdentity extends Pick<Identity, 'site' | 'device'> {
  certificate?: { pem: string };
}

export interface GatewayDeps extends Pick<Ports, 'clock' | 'random' | 'crypto'> {
  /** Who asks, with the certificate of this moment. */
  identity: () => GatewayIdentity | undefined;
  /** Where the office says the gateway of the site is: an https origin. */
  gateway: () => string | undefined;
  /** Whether the browser keeps this app out of the network of the site, as far as it says. */
  isKeptOut: () => Promise<boolean>;
  bounds?: Partial<GatewayBounds>;
}

/** Milliseconds. */
interface GatewayBounds {
  /** Until the first word. */
  answerMs: number;
  /** Until the last byte: a bundle of 16 MB over the wireless network of a site. */
  transferMs: number;
}

const BOUNDS: GatewayBounds = { answerMs: 10_000, transferMs: 120_000 };
const MAX_PAGE_BYTES = 8 * 2 ** 20;
const NONCE_BYTES = 8;

const page = z.object({ entries: z.array(siteLogEntry), next: z.string().max(128), more: z.boolean() });

interface Answer {
  gateway: string;
  response: Response;
}

/**
 * The gateway of the site over HTTPS. Whether its certificate counts is the browser's to say, and it does not tell a page
 * why it refused: an address that leads nowhere and a certificate nobody knows are one failure here.
 */
export function createGatewayNearby(deps: GatewayDeps): Nearby {
  const { answerMs, transferMs } = { ...BOUNDS, ...deps.bounds };

  const ask = async (path: string, signal: AbortSignal): Promise<Answer | NotNearby> => {
    const [gateway, identity] = [deps.gateway(), deps.identity()];
    if (gateway === undefined || identity?.certificate === undefined) {
      return { code: 'no_gateway', detail: 'the office names no gateway of this site' };
    }
    const authorization = `Device ${await proofOf(deps, identity, identity.certificate.pem)}`;
    const silence = new AbortController();
    const takeBack = deps.clock.after(answerMs, () => silence.abort());
    const within = AbortSignal.any([signal, silence.signal, AbortSignal.timeout(transferMs)]);
    try {
      const how = { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', cache: 'no-store' } as const;
      const response = await fetch(`${gateway}${path}`, { ...how, headers: { authorization }, signal: within });
      return { gateway, response };
    } catch (error) {
      if (within.aborted) return { code: 'silent', detail: `${gateway} did not answer` };
      if (await deps.isKeptOut()) {
        return { code: 'not_allowed', detail: `${gateway}: this browser keeps the app out of the local network` };
      }
      const detail = `${gateway} cannot be reached, or this browser does not know its certificate (${codeOf(error)})`;
      return { code: 'unreachable', detail };
    } finally {
      takeBack();
    }
  };

  return {
    async bundle(sha256, maxBytes, signal) {
      const answer = await ask(`/v1/bundles/${sha256}`, signal);
      return 'code' in answer ? { absent: answer } : bundleOf(answer, maxBytes);
    },
    async siteLog(from, signal) {
      const query = from === undefined ? '' : `?from=${encodeURIComponent(from)}`;
      const answer = await ask(`/v1/site-log${query}`, signal);
      if ('code' in answer) return undefined;
      const { gateway, response } = answer;
      if (response.status !== 200 || response.body === null) return undefined;
      const parsed = page.safeParse(jsonOf(await readBounded(response.body, MAX_PAGE_BYTES)));
      if (parsed.success) return parsed.data;
      throw new TabletError('gateway_wrong', `${gateway} answered no page of a site log`, { kind: 'unavailable' });
    },
  };
}

async function bundleOf({ gateway, response }: Answer, maxBytes: number): Promise<NearbyBundle> {
  const { status, body } = response;
  if (status === 200 && body !== null) {
    try {
      return { archive: await readBounded(body, maxBytes), from: gateway };
    } catch (error) {
      if (error instanceof AgentError) {
        return { absent: { code: 'other_bytes', detail: `${gateway} sent more than ${maxBytes} bytes` } };
      }
      return { absent: { code: 'broke_off', detail: `${gateway} broke off (${codeOf(error)})` } };
    }
  }
  // Nobody reads what else it says, and it may say it for ever.
  await body?.cancel().catch(() => undefined);
  if (status === 202) return { coming: gateway };
  return { absent: { code: status === 404 ? 'not_there' : 'refused', detail: `${gateway} answered ${status}` } };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The certificate of this tablet, and a signature of these two minutes that it holds the key. */
async function proofOf(
  { clock, random, crypto }: GatewayDeps,
  { site, device }: GatewayIdentity,
  pem: string,
): Promise<string> {
  const of = { site, device, key: await crypto.devicePublicKey(), sign: crypto.signAsDevice };
  const nonce = toHex(random.bytes(NONCE_BYTES));
  return createConnectToken(of, clock.now(), nonce, { aud: 'plumbline-site', x5c: [derOf(pem)] });
}

/** What stands between the lines of a PEM document. */
function derOf(pem: string): string {
  return pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
}
