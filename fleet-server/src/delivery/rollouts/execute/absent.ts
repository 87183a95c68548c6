import type { GateInput } from '../gates/gate-input.ts';
import { PASSING, type Turns } from './obstacles.ts';

/**
 * Evidence as gates are to see it: a member that is away, barred or held by another rollout has had no chance, which is
 * not the same as waiting for a turn that will come. It is shown as one that was assigned and not heard from since.
 */
export function withAbsent(input: GateInput, { obstacles }: Turns): GateInput {
  const isAbsent = (device: string) => {
    const obstacle = obstacles.get(device);
    return obstacle !== undefined && !PASSING.has(obstacle);
  };
  const devices = input.devices.map((one) =>
    one.assigned === undefined && isAbsent(one.device)
      ? { ...one, assigned: { seq: Number.MAX_SAFE_INTEGER, sha256: '', at: Number.MAX_SAFE_INTEGER } }
      : one,
  );
  return { ...input, devices };
}
