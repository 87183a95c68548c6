import { siteLogEntry } from '@plumbline/shared/activity';
import { codeOf } from '@plumbline/shared/errors';
import { createConnectToken, toHex } from '@plumbline/shared/trust';
import { z } from 'zod';
import type { Identity, Nearby, NearbyPage, Ports } from '../../index.ts';
import { readBounded } from '../../read-bounded.ts';

export interface GatewayDeps extends Pick<Ports, 'clock' | 'random' | 'crypto'> {
  identity: () => Identity | undefined;
  /** Where the office says the gateway of the site is: an https origin. */
  gateway: () => string | undefined;
}

/** Why a gateway is of no use, as the view tells it. */
const NO_GATEWAY = 'the office names no gateway of this site';

const ANSWER_MS = 10_000;
/** A bundle of 16 MB over the wireless network of a site. */
const TRANSFER_MS = 120_000;
const MAX_PAGE_BYTES = 8 * 2 ** 20;
const NONCE_BYTES = 8;

const page = z.object({ entries: z.array(siteLogEntry), next: z.string().max(128), more: z.boolean() });

/**
 * The gateway of the site over HTTPS. Whether its certificate counts is the browser's to say, and it does not tell a page
 * why it refused: an address that leads nowhere and a certificate nobody knows are one failure here.
 */
export function createGatewayNearby(deps: GatewayDeps): Nearby {
  const ask = async (path: string, timeoutMs: number, signal: AbortSignal): Promise<Response | string> => {
    const [gateway, identity] = [deps.gateway(), deps.identity()];
    if (gateway === undefined || identity === undefined) return NO_GATEWAY;
    const authorization = `Device ${await proofOf(deps, identity)}`;
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await fetch(`${gateway}${path}`, { headers: { authorization }, signal: within, cache: 'no-store' });
    } catch (error) {
      const why = within.aborted
        ? 'did not answer'
        : 'cannot be reached, or this browser does not know its certificate';
      return `${gateway} ${why} (${codeOf(error)})`;
    }
  };

  return {
    async bundle(sha256, maxBytes, signal) {
      const answer = await ask(`/v1/bundles/${sha256}`, TRANSFER_MS, signal);
      if (typeof answer === 'string') return { absent: answer };
      const from = new URL(answer.url).origin;
      if (answer.status === 202) return { coming: from };
      if (!answer.ok || answer.body === null) return { absent: `${from} answered ${answer.status}` };
      try {
        return { archive: await readBounded(answer.body, maxBytes), from };
      } catch (error) {
        return { absent: `${from} broke off (${codeOf(error)})` };
      }
    },
    async siteLog(from, signal): Promise<NearbyPage | undefined> {
      const query = from === undefined ? '' : `?from=${encodeURIComponent(from)}`;
      const answer = await ask(`/v1/site-log${query}`, ANSWER_MS, signal);
      if (typeof answer === 'string' || !answer.ok || answer.body === null) return undefined;
      const text = new TextDecoder().decode(await readBounded(answer.body, MAX_PAGE_BYTES));
      return page.parse(JSON.parse(text));
    },
  };
}

/** The certificate of this tablet, and a signature of these two minutes that it holds the key. */
async function proofOf({ clock, random, crypto }: GatewayDeps, identity: Identity): Promise<string> {
  const { site, device, certificate } = identity;
  const of = { site, device, key: await crypto.devicePublicKey(), sign: crypto.signAsDevice };
  const nonce = toHex(random.bytes(NONCE_BYTES));
  return createConnectToken(of, clock.now(), nonce, { aud: 'plumbline-site', x5c: [derOf(certificate.pem)] });
}

/** What stands between the lines of a PEM document. */
function derOf(pem: string): string {
  return pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
}
