import { lookup } from 'node:dns/promises';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { messageOf } from '@plumbline/shared/errors';
import { checkReceiver, hostOf, isAllowedAddress, type ReceiverRules } from './receiver-rules.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024;

/** How an attempt ended. Any 2xx is a success, nothing else is; a redirect is not followed. */
export interface Attempt {
  ok: boolean;
  status: number | undefined;
  reason: string;
  /** The first bytes of the answer, as text. */
  answer: string;
}

export type Send = (
  url: string,
  message: { headers: Record<string, string>; body: string },
  stop?: AbortSignal,
) => Promise<Attempt>;

export interface SenderOptions {
  timeoutMs?: number;
  /** Names to addresses. */
  resolve?: (host: string) => Promise<string[]>;
}

/**
 * Posts to receivers. The name is resolved once, every address is judged, and the connection goes to one that was: a
 * name that means something else a moment later changes nothing (DNS rebinding).
 */
export function createSender(rules: ReceiverRules, options: SenderOptions = {}): Send {
  const { timeoutMs = TIMEOUT_MS, resolve = addressesOf } = options;
  return async (url, { headers, body }, stop) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
    try {
      const target = checkReceiver(url, rules);
      const address = await addressFor(hostOf(target), rules, resolve, signal);
      const response = await post(target, address, headers, body, signal);
      const answer = await firstBytes(response, signal).catch(() => '');
      const status = response.statusCode ?? 0;
      const ok = status >= 200 && status < 300;
      return { ok, status, reason: ok ? '' : reasonFor(status), answer };
    } catch (error) {
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error) || 'no connection';
      return { ok: false, status: undefined, reason, answer: '' };
    }
  };
}

async function addressFor(
  host: string,
  rules: ReceiverRules,
  resolve: (host: string) => Promise<string[]>,
  signal: AbortSignal,
): Promise<string> {
  const found = isIP(host) === 0 ? await untilAborted(resolve(host), signal) : [host];
  const allowed = found.find((address) => isAllowedAddress(address, rules));
  if (allowed !== undefined) return allowed;
  throw new Error(
    `${host} is ${found.join(', ') || 'nowhere'}: not a public address, and not in PLUMBLINE_WEBHOOK_ALLOW`,
  );
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function post(
  url: URL,
  address: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: 'POST',
    // Not the name: that was resolved and judged. TLS and the Host header still go by the name.
    host: address,
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
    agent: false,
    signal,
  };
  const host = hostOf(url);
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? requestTls({
            ...options,
            servername: isIP(host) === 0 ? host : '',
            checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
          })
        : requestPlain(options);
    request.once('response', resolve).once('error', reject).end(body);
  });
}

/** Bytes after the first are not waited for. */
async function firstBytes(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    const read = async () => {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        kept.push(chunk);
        bytes += chunk.length;
        if (bytes >= MAX_ANSWER_BYTES) return;
      }
    };
    await untilAborted(read(), signal);
  } finally {
    response.destroy();
  }
  return Buffer.concat(kept).subarray(0, MAX_ANSWER_BYTES).toString('utf8').replaceAll('\0', '');
}

function reasonFor(status: number): string {
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}`;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    work.then(resolve, reject);
  });
}
