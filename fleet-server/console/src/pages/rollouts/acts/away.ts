import { queryOptions } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';

const PAGE = 500;

/** Devices that are not there now, by name, and those that may not speak; asked when a dialogue counts them. */
export const awayQuery = queryOptions({
  queryKey: ['devices', 'away'],
  queryFn: async () => {
    const [offline, unseen, quarantined, revoked] = await Promise.all([
      namesOf('offline'),
      namesOf('never-seen'),
      namesOf('quarantined'),
      namesOf('revoked'),
    ]);
    return { away: new Set([...offline, ...unseen]), barred: new Set([...quarantined, ...revoked]) };
  },
});

async function namesOf(state: 'offline' | 'never-seen' | 'quarantined' | 'revoked'): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { state: typeof state; limit: number; cursor?: string } = {
      state,
      limit: PAGE,
      ...(cursor !== null && { cursor }),
    };
    const page: { devices: { id: string }[]; next: string | null } = await answered(
      api.GET('/api/v1/devices', { params: { query } }),
    );
    names.push(...page.devices.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  return names;
}
