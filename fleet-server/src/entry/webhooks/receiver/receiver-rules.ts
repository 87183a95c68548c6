import { BlockList, isIP } from 'node:net';
import { WebhookError } from '../errors.ts';

const MAX_URL = 2048;

/** Where events may be sent. */
export interface ReceiverRules {
  /** Networks that are not public and are allowed all the same, as CIDR. */
  allow: readonly string[];
  /** Plain text to this machine is allowed: for development. */
  development: boolean;
}

/**
 * Networks that are nobody's on the internet: this host, private ones, link-local with the metadata services of clouds,
 * shared, documentation, multicast, and the ways to wrap an IPv4 address in IPv6.
 * Source: IANA special-purpose address registries (RFC 6890 and its updates).
 */
const NOT_PUBLIC_4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4';
const NOT_PUBLIC_6 =
  '::/96 ::1/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 ' +
  '2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8';
const notPublic = blockListOf(`${NOT_PUBLIC_4} ${NOT_PUBLIC_6}`.split(' '));

/** Whether events may be sent to this address: a public one, or one in a network that is allowed. */
export function isAllowedAddress(address: string, { allow }: ReceiverRules): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const plain = unmapped(address);
  const type = plain.includes(':') ? 'ipv6' : 'ipv4';
  return !notPublic.check(plain, type) || blockListOf(allow).check(plain, type);
}

/** @throws Error for what is no network */
export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const length = prefix === '' ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (family === 0 || !(length <= bits)) throw new Error(`${network} is no network such as 10.1.0.0/16`);
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * What a person wrote as the address of a receiver.
 * @throws WebhookError `webhook_url_refused`
 */
export function checkReceiver(text: string, rules: ReceiverRules): URL {
  if (text.length > MAX_URL || !URL.canParse(text)) throw refuse('is no URL', 'https://…');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('names a password', 'a URL without user and password');
  const host = hostOf(url);
  const isPlain = url.protocol === 'http:' && rules.development && isLoopback(host);
  if (url.protocol !== 'https:' && !isPlain) {
    throw refuse(`${url.protocol} is not encrypted`, 'https://, or http:// to loopback on a development server');
  }
  if (isIP(host) !== 0 && !isAllowedAddress(host, rules)) {
    throw refuse(`${host} is not a public address`, 'a public address, or a network of PLUMBLINE_WEBHOOK_ALLOW');
  }
  return url;
}

function refuse(reason: string, expected: string): WebhookError {
  return new WebhookError('webhook_url_refused', `url: ${reason}`, { kind: 'refused', field: 'url', expected });
}

/** Name or address of a URL, IPv6 without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

const loopback = blockListOf(['127.0.0.0/8', '::1/128']);

function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host === 'localhost';
  const plain = unmapped(host);
  return loopback.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}

/** An IPv4 address that is written as IPv6 (`::ffff:10.0.0.1`, `::ffff:a00:1`) is judged as what it is. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address;
  const canonical = hostOf(new URL(`http://[${address.split('%')[0]}]`));
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}
