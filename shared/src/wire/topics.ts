import { WireError } from './errors.ts';

/** Every topic of the fleet: `f/<site>/<device>/up|dn/<channel>`. Nobody else builds or takes apart a topic. */
export const UP = ['tel', 'report', 'req', 'status', 'site'] as const;
export const DOWN = ['desired', 'ack', 'blk', 'site'] as const;

export type UpChannel = (typeof UP)[number];
export type DownChannel = (typeof DOWN)[number];
export type Channel = { direction: 'up'; channel: UpChannel } | { direction: 'dn'; channel: DownChannel };
export type Topic = { site: string; device: string } & Channel;

/** Site and device names: no level separator, no wildcard, nothing a prefix rule could be fooled with. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

export function isFleetName(text: string): boolean {
  return NAME.test(text);
}

export function upTopic(site: string, device: string, channel: UpChannel): string {
  return `f/${checked(site, 'site')}/${checked(device, 'device')}/up/${channel}`;
}

export function downTopic(site: string, device: string, channel: DownChannel): string {
  return `f/${checked(site, 'site')}/${checked(device, 'device')}/dn/${channel}`;
}

/** All a device listens to: one filter, so that there is nothing to mix. */
export function downFilter(site: string, device: string): string {
  return `f/${checked(site, 'site')}/${checked(device, 'device')}/dn/+`;
}

/** All the server listens to. */
export const SERVER_FILTER = 'f/+/+/up/+';

/** `undefined` for any text that no function above would build. */
export function parseTopic(text: string): Topic | undefined {
  const [root, site, device, direction, channel, ...rest] = text.split('/');
  if (root !== 'f' || rest.length > 0 || site === undefined || device === undefined) return undefined;
  if (!NAME.test(site) || !NAME.test(device)) return undefined;
  if (direction === 'up') {
    const known = UP.find((one) => one === channel);
    return known && { site, device, direction, channel: known };
  }
  if (direction === 'dn') {
    const known = DOWN.find((one) => one === channel);
    return known && { site, device, direction, channel: known };
  }
  return undefined;
}

function checked(name: string, field: string): string {
  if (NAME.test(name)) return name;
  throw new WireError('topic_malformed', `${field}: ${JSON.stringify(name)} is no fleet name`, {
    field,
    expected: '1–64 of a–z, 0–9, dot, dash, underscore; letter or digit at both ends',
  });
}
