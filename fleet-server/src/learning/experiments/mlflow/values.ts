import type { Run } from '../runs/run.ts';

/** What the tracking API takes, by its validation (`mlflow/utils/validation.py`); a length counts in bytes here. */
export const LIMITS = {
  metrics: 1000,
  params: 100,
  tags: 100,
  /** Of all three together. */
  entities: 1000,
  /** Of one request as JSON. 1,000,000 is what MLflow takes; the rest of the body needs some of it. */
  bodyBytes: 900_000,
  keyBytes: 250,
  paramBytes: 6000,
  tagBytes: 5000,
} as const;

export interface Pair {
  key: string;
  value: string;
}

export interface Metric {
  key: string;
  value: number;
  /** ms */
  timestamp: number;
  step: number;
}

export interface Values {
  params: Pair[];
  metrics: Metric[];
  tags: Pair[];
}

/** A run in MLflow's words: settings as parameters, figures as metrics (folds as steps), everything else as tags. */
export function valuesOf(run: Run): Values {
  const { metrics, dataset, result, error } = run;
  const { gate } = metrics;
  const timestamp = run.endedAt ?? run.startedAt;
  const figures = (prefix: string, values: Record<string, number | null>): Metric[] =>
    Object.entries(values).flatMap(([key, value]) =>
      value === null ? [] : [{ key: `${prefix}${key}`, value, timestamp, step: 0 }],
    );
  const folds = Object.entries(metrics.folds?.values ?? {}).flatMap(([key, values]) =>
    values.flatMap((value, step) => (value === null ? [] : [{ key: `fold.${key}`, value, timestamp, step }])),
  );
  const settings = { ...run.settings, ...(run.seed === null ? {} : { seed: run.seed }) };
  return {
    params: distinct(
      flatten(settings).map(({ key, value }) => ({ key: keyOf(key), value: within(value, LIMITS.paramBytes) })),
    ),
    metrics: [...figures('', metrics.values), ...figures('holdout.', metrics.holdout ?? {}), ...folds].map((one) => ({
      ...one,
      key: keyOf(one.key),
    })),
    tags: tagsOf({
      ...Object.fromEntries(Object.entries(run.tags).map(([key, value]) => [ownTag(key), value])),
      'mlflow.user': run.actor,
      'mlflow.source.name': 'plumbline',
      'mlflow.source.type': 'JOB',
      'plumbline.kind': run.kind,
      'plumbline.state': run.state,
      'plumbline.code': run.codeVersion,
      'plumbline.dataset': dataset === null ? undefined : `${dataset.name}@${dataset.version}`,
      'plumbline.result': result === null ? undefined : `${result.line}@${result.version}`,
      'plumbline.parent': run.parent ?? undefined,
      'plumbline.gate': gate?.verdict,
      'plumbline.gate.reasons': gate?.reasons.map(({ sentence }) => sentence).join('\n') || undefined,
      'plumbline.error': error === null ? undefined : `${error.code}: ${error.message}`,
    }),
  };
}

export function tagsOf(tags: Record<string, string | undefined>): Pair[] {
  return distinct(
    Object.entries(tags).flatMap(([key, value]) =>
      value === undefined ? [] : [{ key: keyOf(key), value: within(value, LIMITS.tagBytes) }],
    ),
  );
}

/** A tag of a person keeps its name, unless MLflow or we use that. */
function ownTag(key: string): string {
  return /^(mlflow|plumbline)\./.test(key) ? `tag.${key}` : key;
}

function flatten(value: unknown, path = ''): Pair[] {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isBranch && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, child]) => flatten(child, path === '' ? key : `${path}.${key}`));
  }
  if (value === undefined || path === '') return [];
  return [{ key: path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
}

/** A name as MLflow takes it, also where it stores a value in a file of that name. */
export function keyOf(name: string): string {
  const plain = name.replace(/[^\w.\- ]/g, '_').replace(/^\.+|\.+$/g, '_');
  return (plain === '' ? '_' : plain).slice(0, LIMITS.keyBytes);
}

/** Names that MLflow's characters made the same are told apart by a number. */
function distinct(pairs: Pair[]): Pair[] {
  const seen = new Set<string>();
  return pairs.map(({ key, value }) => {
    let own = key;
    for (let number = 2; seen.has(own); number += 1) {
      const suffix = `_${number}`;
      own = `${key.slice(0, LIMITS.keyBytes - suffix.length)}${suffix}`;
    }
    seen.add(own);
    return { key: own, value };
  });
}

/** Cut at a character, with a mark; the whole stands in the file `plumbline/run.json`. */
export function within(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const mark = ' …';
  let end = maxBytes - Buffer.byteLength(mark);
  // Continuation bytes of UTF-8 begin with 10.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end).toString('utf8')}${mark}`;
}
