import type { BrokerPolicy } from '../../fleet-server/src/platform/adapters/index.ts';

/** Devices `d1`, `d2` … of site `s1` with one password, each on its own topics: the smallest policy worth attacking. */
export const devicePolicy: BrokerPolicy<{ clientId: string }> = {
  async authenticate(_clientId, username, password) {
    const known = /^d\d+$/.test(username ?? '') && new TextDecoder().decode(password) === 'secret';
    return known && username !== undefined ? { clientId: username } : null;
  },
  authorize(action, { clientId }, topic) {
    return topic.startsWith(`f/s1/${clientId}/${action === 'publish' ? 'up' : 'dn'}/`);
  },
};
