/** Words that mean something else in YAML than the text they are: quoted. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|~|[-+]?(?:\d|\.\d).*|)$/i;
const PLAIN = /^[A-Za-z0-9_./][\w ./%@()+-]*$/;

/** A value of JSON as YAML 1.2 that a person reads; what could be misread stands in quotes. */
export function toYaml(value: unknown): string {
  return block(value, 0).join('\n') + '\n';
}

function block(value: unknown, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = block(item, depth + 1);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  const entries = isMap(value) ? Object.entries(value).filter(([, inner]) => inner !== undefined) : [];
  if (entries.length > 0) {
    return entries.flatMap(([key, inner]) =>
      isNested(inner)
        ? [`${indent}${scalar(key)}:`, ...block(inner, depth + 1)]
        : [`${indent}${scalar(key)}: ${scalar(inner)}`],
    );
  }
  return [`${indent}${scalar(value)}`];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNested(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const isPlain = PLAIN.test(value) && !RESERVED.test(value) && !value.includes(': ') && !value.endsWith(' ');
  return isPlain ? value : JSON.stringify(value);
}
