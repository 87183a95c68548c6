import type { BatchJob } from '../queries.ts';

/** Which rows a job scores. */
export function sourceName(source: BatchJob['source']): string {
  if (source.kind === 'upload') return `the file ${source.name}`;
  if (source.kind === 'dataset') return `the dataset ${source.dataset}`;
  return source.site === undefined ? 'open activities of every site' : `open activities of ${source.site}`;
}
