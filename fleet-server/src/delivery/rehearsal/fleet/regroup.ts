import { codeOf } from '@plumbline/shared/errors';
import { createGroup, type GroupDeps } from '../../../sites/groups/index.ts';
import type { DrawnFleet } from './draw.ts';
import type { Inventory } from './inventory.ts';

const ACTOR = 'rehearsal';

/** The groups of the real fleet, over the devices that were drawn: who was drawn after a member is one. */
export async function regroup(deps: GroupDeps, fleet: DrawnFleet, groups: Inventory['groups']): Promise<void> {
  let waiting = groups.map(({ name, selector, devices }) => {
    if (selector !== undefined) return { name, selector };
    const listed = new Set(devices);
    return { name, devices: fleet.devices.filter(({ like }) => like && listed.has(like)).map(({ id }) => id) };
  });
  // A selector may name another group, which then has to be there: each round adds those that can be said now.
  for (let rounds = waiting.length; waiting.length > 0 && rounds >= 0; rounds -= 1) {
    const later: typeof waiting = [];
    for (const group of waiting) {
      await createGroup(deps, ACTOR, group).catch((error: unknown) => {
        if (rounds === 0 || codeOf(error) === 'group_exists') throw error;
        later.push(group);
      });
    }
    waiting = later;
  }
}
