import { deserialize, serialize } from 'node:v8';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { PipelineError } from '../errors.ts';

/**
 * What one step hands to the next beside names and numbers, as an artifact: typed arrays and numbers that are no numbers
 * stay what they are. Only what steps wrote is read: references to it are checked before anything runs.
 */
export function keepValue(artifacts: ArtifactStore, value: object): Promise<string> {
  return artifacts.put(new Uint8Array(serialize(value)));
}

/** @throws PipelineError `step_result_lost` */
export async function keptValue<Value extends object>(artifacts: ArtifactStore, sha256: string): Promise<Value> {
  if (!(await artifacts.has(sha256))) {
    throw new PipelineError('step_result_lost', `artifact ${sha256.slice(0, 16)} of an earlier step is gone`, {
      kind: 'unavailable',
      field: 'artifact',
      expected: 'a run with --no-cache, which makes it again',
    });
  }
  return deserialize(await artifacts.get(sha256)) as Value;
}
