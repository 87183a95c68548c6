/** `${{ source.name }}`: an output of a step, a parameter, or what an event brought. */
export interface Reference {
  source: string;
  name: string;
}

export type Path = readonly (string | number)[];

/** Where a reference stands; `isWhole`: nothing stands beside it, so that its value keeps its type. */
export interface PlacedReference extends Reference {
  path: Path;
  isWhole: boolean;
}

const ANY = /\$\{\{([^}]*)\}\}/g;
const INSIDE = /^\s*([a-z][\w-]*)\.([A-Za-z][\w-]*)\s*$/;

/** All references within a value, and texts that look like one and are none. */
export function referencesIn(value: unknown, path: Path = []): { found: PlacedReference[]; malformed: Path[] } {
  if (typeof value === 'string') return inText(value, path);
  if (typeof value !== 'object' || value === null) return { found: [], malformed: [] };
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const parts = entries.map(([key, one]) => referencesIn(one, [...path, key]));
  return { found: parts.flatMap(({ found }) => found), malformed: parts.flatMap(({ malformed }) => malformed) };
}

/** The value with every reference replaced; one that stands alone keeps the type of what it means. */
export function resolveReferences(value: unknown, valueOf: (reference: Reference) => unknown): unknown {
  if (typeof value === 'string') {
    const whole = wholeReference(value);
    if (whole !== undefined) return valueOf(whole);
    return value.replaceAll(ANY, (text, inside: string) => {
      const one = referenceOf(inside);
      return one === undefined ? text : String(valueOf(one));
    });
  }
  if (Array.isArray(value)) return value.map((one) => resolveReferences(one, valueOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolveReferences(one, valueOf)]));
}

function inText(text: string, path: Path): { found: PlacedReference[]; malformed: Path[] } {
  const found: PlacedReference[] = [];
  const isWhole = wholeReference(text) !== undefined;
  let isMalformed = text.replaceAll(ANY, '').includes('${{');
  for (const [, inside = ''] of text.matchAll(ANY)) {
    const one = referenceOf(inside);
    if (one === undefined) isMalformed = true;
    else found.push({ ...one, path, isWhole });
  }
  return { found, malformed: isMalformed ? [path] : [] };
}

function wholeReference(text: string): Reference | undefined {
  const [, inside] = /^\s*\$\{\{([^}]*)\}\}\s*$/.exec(text) ?? [];
  return inside === undefined ? undefined : referenceOf(inside);
}

function referenceOf(inside: string): Reference | undefined {
  const [, source, name] = INSIDE.exec(inside) ?? [];
  return source === undefined || name === undefined ? undefined : { source, name };
}
