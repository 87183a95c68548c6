import { eq, standingReleases, type ReadDb } from '../../platform/db/index.ts';
import { GroupError } from './errors.ts';
import { allGroups, type Group } from './group.ts';
import { comparisonsOf, parseSelector } from './selector/index.ts';

/** Lists that a selector names. @throws GroupError `selector_malformed` */
export function groupsNamedIn(selector: string): string[] {
  return comparisonsOf(parseSelector(selector))
    .filter(({ field, operator }) => field === 'group' && operator !== '~')
    .flatMap(({ values }) => values.map(String));
}

/** A list that another group's selector names has to stay one. @throws GroupError `group_in_use` */
export async function refuseNamed(db: ReadDb, name: string): Promise<void> {
  const naming = (await allGroups(db)).find((group) => names(group, name));
  if (naming !== undefined) throw inUse(name, `the selector of the group ${naming.name}`);
}

/** @throws GroupError `group_in_use` */
export async function refuseStanding(db: ReadDb, name: string): Promise<void> {
  const [standing] = await db.select().from(standingReleases).where(eq(standingReleases.group, name));
  if (standing !== undefined) throw inUse(name, `its standing release ${standing.line}@${standing.version}`);
}

export function inUse(name: string, by: string): GroupError {
  return new GroupError('group_in_use', `group ${name} is needed by ${by}`, {
    kind: 'conflict',
    field: 'group',
    expected: 'a group that nothing names',
  });
}

function names({ selector }: Group, name: string): boolean {
  return selector !== undefined && groupsNamedIn(selector).includes(name);
}
