import type { PipelineView } from '../queries.ts';

/** What starts a pipeline, in words. */
export function triggersOf(on: PipelineView['spec']['on']): string[] {
  return on.map(({ cron, zone, dataset, drift, alert, webhook }) => {
    if (cron !== undefined) return `the clock (${cron}${zone === undefined ? '' : `, ${zone}`})`;
    if (dataset !== undefined) return `a new version of ${dataset}`;
    if (drift !== undefined) return `drift of ${drift}`;
    if (alert !== undefined) return `the alert ${alert}`;
    return webhook === true ? 'a signed call from outside' : 'order';
  });
}
