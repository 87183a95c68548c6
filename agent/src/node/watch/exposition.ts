/** One metric with its samples; a sample without a value is left out. */
export interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter' | 'histogram';
  samples: Sample[];
}

export interface Sample {
  /** Added to the name: `_bucket`, `_sum`, `_count` of a histogram. */
  suffix?: string;
  labels?: Record<string, string>;
  value: number | undefined;
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus text exposition format 0.0.4. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.some(({ value }) => value !== undefined))
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} ${type}`,
        ...samples.flatMap(({ suffix = '', labels = {}, value }) =>
          value === undefined ? [] : [`${name}${suffix}${labelsOf(labels)} ${numberOf(value)}`],
        ),
        '',
      ].join('\n'),
    )
    .join('');
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
