type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without the fields that have no value, so that an absent one is absent. */
export function given<Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}

/** Dates that were promised, where both are. */
export function plannedOf(
  start: number | undefined,
  finish: number | undefined,
): { planned?: { start: number; finish: number } } {
  return start === undefined || finish === undefined ? {} : { planned: { start, finish } };
}
