import { downFilter, isFleetName, parseTopic } from './topics.ts';

export type Action = 'publish' | 'subscribe' | 'forward';

/** Who holds a connection: a device at its site, or the server itself. */
export type Principal = { kind: 'device'; site: string; device: string } | { kind: 'server' };

/**
 * The permissions of the fleet as a table; the one function that every broker hook asks.
 * | who | publish | subscribe | is forwarded |
 * |---|---|---|---|
 * | device | its own `up/*` | its own `dn/+` | its own `dn/*` |
 * | server | any `dn/*` | everything | everything |
 */
export function isAllowed(who: Principal, action: Action, topic: string): boolean {
  if (who.kind === 'server') return action !== 'publish' || parseTopic(topic)?.direction === 'dn';
  // A hook that throws may take the broker with it; a name that no topic can hold is allowed nothing.
  if (!isFleetName(who.site) || !isFleetName(who.device)) return false;
  if (action === 'subscribe') {
    const parsed = parseTopic(topic);
    return topic === downFilter(who.site, who.device) || (parsed !== undefined && isOwn(who, parsed, 'dn'));
  }
  const parsed = parseTopic(topic);
  return parsed !== undefined && isOwn(who, parsed, action === 'publish' ? 'up' : 'dn');
}

function isOwn(
  who: { site: string; device: string },
  topic: { site: string; device: string; direction: string },
  direction: 'up' | 'dn',
): boolean {
  return topic.direction === direction && topic.site === who.site && topic.device === who.device;
}
