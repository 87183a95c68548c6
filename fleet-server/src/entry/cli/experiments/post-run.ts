import { toBase64 } from '@plumbline/shared/trust';
import type { Run, RunMetrics } from '../../../learning/experiments/index.ts';
import { connect, type Global } from '../connection.ts';

/** Beside the files of a training: what a server keeps of it as a run. */
export const RUN_FILE = 'run.json';

/** A run that has ended, as it stands in `run.json`. */
export interface WrittenRun {
  kind: 'train';
  dataset: { name: string; version: string };
  settings: Record<string, unknown>;
  seed: number;
  codeVersion: string;
  /** Ms. */
  startedAt: number;
  endedAt: number;
  metrics: RunMetrics;
  /** What goes along, each beside `run.json`. */
  files: { name: string; mediaType: string }[];
}

/** Writes a run down on the server, with its files. Throws what the server answers, `server_unreachable`, `server_not_running`. */
export async function postRun(
  global: Global,
  experiment: string,
  { files, ...run }: WrittenRun,
  bytesOf: (name: string) => Promise<Uint8Array>,
  tags: Record<string, string> = {},
): Promise<Run> {
  const artifacts: object[] = [];
  for (const { name, mediaType } of files) artifacts.push({ name, mediaType, bytes: toBase64(await bytesOf(name)) });
  return (await connect(global)).post<Run>('/api/v1/runs', { experiment, ...run, tags, artifacts });
}
