import { messageOf } from '@plumbline/shared/errors';
import type { Events } from '../events.ts';
import type { Journal } from '../link/outbox/index.ts';
import type { Change } from '../ports/index.ts';
import { SITE_CURSOR, SITE_ENTRIES } from './keys.ts';
import type { OnDamaged } from './json.ts';

/** What could not be read while the rooms were opened: told once there is somebody to tell, and then forgotten. */
export interface DamageList {
  add: OnDamaged;
  tell(events: Events, journal: Journal): void;
}

export function createDamageList(): DamageList {
  const found = new Map<string, unknown>();
  return {
    add: (key, error) => void found.set(key, error),
    tell(events, journal) {
      for (const [key, error] of found) {
        events.record('stored_value_lost', { key, detail: messageOf(error) });
        const changes = forget(key);
        if (changes.length > 0) journal.writeSoon({ changes });
      }
      found.clear();
    },
  };
}

/** A damaged value must not be found again at every start; heads and counters are overwritten by whoever owns them. */
function forget(key: string): Change[] {
  if (key.startsWith(SITE_ENTRIES)) return [{ remove: key }, { remove: SITE_CURSOR }];
  return key.startsWith('stream/') || key === SITE_CURSOR ? [] : [{ remove: key }];
}
