import type { Hold } from '@plumbline/shared/drift';
import { foldSiteLog, type SiteLogEntry } from '@plumbline/shared/activity';
import { devices, type ReadDb } from '../../../platform/db/index.ts';
import { getGroup } from '../../../sites/groups/index.ts';
import type { Example, SourceFinding } from '../dataset.ts';

const SHOWN_ROWS = 20;

/** Rows that stand under a fault of the data, and what the quality report says of them. */
export async function leaveHeldOut(
  db: ReadDb,
  examples: readonly Example[],
  holds: readonly Hold[],
  asOf: number,
): Promise<{ kept: Example[]; findings: SourceFinding[] }> {
  let kept = [...examples];
  const findings: SourceFinding[] = [];
  for (const hold of holds) {
    const sites = await sitesOf(db, hold, asOf);
    const isHeld = ({ site, startAt }: Example) =>
      (sites === undefined || sites.has(site)) && startAt >= hold.from && (hold.to === null || startAt < hold.to);
    const held = kept.filter(isHeld);
    if (held.length === 0) continue;
    kept = kept.filter((example) => !isHeld(example));
    const where = hold.scope.of === 'fleet' ? 'the fleet' : `${hold.scope.of} ${hold.scope.id}`;
    const until = hold.to === null ? 'on' : `to ${day(hold.to)}`;
    findings.push({
      code: 'rows_held',
      severity: 'note',
      field: hold.feature,
      sentence: `${held.length} rows of ${where} from ${day(hold.from)} ${until} are left out: ${hold.feature} stands under finding ${hold.finding}`,
      rows: held.slice(0, SHOWN_ROWS).map(({ ref }) => ref),
    });
  }
  return { kept, findings };
}

/** Whose rows a hold is about; undefined is everybody's. A device does not say which rows of its site are its own. */
async function sitesOf(db: ReadDb, { scope }: Hold, now: number): Promise<Set<string> | undefined> {
  if (scope.of === 'fleet') return undefined;
  if (scope.of === 'site') return new Set([scope.id]);
  const all = await db.select({ id: devices.id, site: devices.site, profile: devices.profile }).from(devices);
  if (scope.of === 'group') {
    const members = new Set((await getGroup(db, scope.id, now)).devices);
    return new Set(all.filter(({ id }) => members.has(id)).map(({ site }) => site));
  }
  const isMeant = scope.of === 'device' ? 'id' : 'profile';
  return new Set(all.filter((device) => device[isMeant] === scope.id).map(({ site }) => site));
}

/** Whether people said different things of an activity without knowing of each other: until one corrects, nobody knows. */
export function isContradicted(entries: readonly SiteLogEntry[], activity: string): boolean {
  const state = foldSiteLog(entries).get(activity)?.outcome;
  if (state === undefined) return false;
  const labels = [state.entry, ...state.conflicts].flatMap((one) => (one.field === 'outcome' ? [one.value.label] : []));
  return new Set(labels).size > 1;
}

export function contradictedFinding(refs: readonly string[]): SourceFinding {
  return {
    code: 'label_contradicted',
    severity: 'warn',
    field: 'label',
    sentence: `${refs.length} activities are left out: their sites recorded outcomes that contradict each other`,
    rows: refs.slice(0, SHOWN_ROWS),
  };
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
