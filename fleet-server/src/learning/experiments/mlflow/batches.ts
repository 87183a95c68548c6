import { LIMITS, type Values } from './values.ts';

/** What goes into one `runs/log-batch` each, in its order and within its limits. */
export function batchesOf({ params, metrics, tags }: Values): Values[] {
  const batches: Values[] = [];
  let current: Values = { params: [], metrics: [], tags: [] };
  let bytes = 0;
  const add = <Kind extends keyof Values>(kind: Kind, value: Values[Kind][number]): void => {
    const size = Buffer.byteLength(JSON.stringify(value)) + 1;
    const count = current.params.length + current.metrics.length + current.tags.length;
    const isFull = current[kind].length >= LIMITS[kind] || count >= LIMITS.entities || bytes + size > LIMITS.bodyBytes;
    if (isFull) {
      batches.push(current);
      current = { params: [], metrics: [], tags: [] };
      bytes = 0;
    }
    (current[kind] as (typeof value)[]).push(value);
    bytes += size;
  };
  for (const param of params) add('params', param);
  for (const tag of tags) add('tags', tag);
  for (const metric of metrics) add('metrics', metric);
  return bytes === 0 ? batches : [...batches, current];
}
