import { NodeAgentError } from '../errors.ts';

const PLAIN = new Set(['http:', 'mqtt:', 'ws:']);
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

/**
 * Plain text never leaves this machine: unencrypted schemes are for loopback alone.
 * @throws NodeAgentError `insecure_url`
 */
export function checkSecureUrl(text: string, schemes: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && schemes.includes(url.protocol)) {
    if (!PLAIN.has(url.protocol) || isLoopback(url.hostname)) return;
  }
  const safe = schemes.filter((scheme) => !PLAIN.has(scheme));
  throw new NodeAgentError('insecure_url', `${text}: not an address this agent may use`, {
    kind: 'refused',
    field: 'url',
    expected: `${safe.join(' or ')}, or a plain scheme on loopback`,
  });
}

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}
