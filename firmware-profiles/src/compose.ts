export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A profile laid on its template, still unchecked. The template's `id` and `note` speak of the template only.
 * `sources` add up, but for a field that the profile sources itself the template's source no longer holds.
 */
export function compose(template: JsonObject | undefined, profile: JsonObject): JsonObject {
  if (template === undefined) return profile;
  const { id: _id, note: _note, ...family } = template;
  const own = sourcesOf(profile);
  const overruled = new Set(own.flatMap(fieldsOf));
  const inherited = sourcesOf(template)
    .map((source) => ({ ...source, fields: fieldsOf(source).filter((field) => !overruled.has(field)) }))
    .filter(({ fields }) => fields.length > 0);
  return { ...merge(family, profile), sources: [...inherited, ...own] };
}

function sourcesOf({ sources }: JsonObject): JsonObject[] {
  return Array.isArray(sources) ? sources.filter(isObject) : [];
}

function fieldsOf({ fields }: JsonObject): unknown[] {
  return Array.isArray(fields) ? fields : [];
}

/** Lays `over` on `base`: objects are merged key by key, everything else, arrays included, is replaced. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value;
  }
  return merged;
}
