import { NodeAgentError } from '../errors.ts';

const PLAIN = new Set(['http:', 'mqtt:', 'ws:']);
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;
const DEFAULT_PORTS: Record<string, number> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'mqtt:': 1883,
  'mqtts:': 8883,
};

/** Where a URL leads: `host` without the brackets of an IPv6 address. */
export interface Target {
  host: string;
  port: number;
}

/**
 * Plain text never leaves this machine: unencrypted schemes are for loopback, and there for development alone.
 * @throws NodeAgentError `insecure_url`
 */
export function checkSecureUrl(text: string, schemes: readonly string[], development: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.hostname !== '' && schemes.includes(url.protocol)) {
    if (isEncrypted(url) || (development && isLoopback(url.hostname))) return url;
  }
  const safe = schemes.filter((scheme) => !PLAIN.has(scheme));
  throw new NodeAgentError('insecure_url', `${text}: not an address this agent may use`, {
    kind: 'refused',
    field: 'url',
    expected: `${safe.join(' or ')}, or with --development a plain scheme on loopback`,
  });
}

export function isEncrypted(url: URL): boolean {
  return !PLAIN.has(url.protocol);
}

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

export function targetOf(url: URL): Target {
  const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** `host:port` as it stands in a CONNECT request, a log or an error. */
export function nameOf({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
