import { createSeededRandom } from '@plumbline/shared/testing';
import type { DeviceEvidence, ModelEvidence } from '../../../fleet-server/src/delivery/rollouts/gates/gate-input.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A time that varies by a factor rather than by minutes: log-normal. */
export interface Spread {
  medianMs: number;
  /** Standard deviation of the logarithm. */
  sigma: number;
}

/** What becomes of a release on the devices of a fleet, in a few numbers. */
export interface OutcomeModel {
  devices: number;
  /** Share that is away when the rollout begins. */
  away: number;
  /** Share of those that come back while it runs, and when, on average. */
  returning: number;
  returnMeanMs: number;
  /** From being given the release to the first report that names it. */
  contact: Spread;
  /** From there to the proof, and to the failure. */
  proof: Spread;
  failure: Spread;
  questionsPerHour: number;
  /** Share of questions without an answer, of any release. */
  errorShare: number;
  /** Time and memory, release / model before it, around 1: standard deviation of the logarithm. */
  ratioSigma: number;
}

/**
 * A fleet as in DESIGN. The medians are those that rehearsals with the agent core show, see `compare.ts`; they are spread
 * further than there, for real links and people are.
 */
export const FLEET: OutcomeModel = {
  devices: 2000,
  away: 0.1,
  returning: 0.5,
  returnMeanMs: 24 * HOUR_MS,
  contact: { medianMs: MINUTE_MS / 2, sigma: 0.6 },
  proof: { medianMs: 10.5 * MINUTE_MS, sigma: 0.5 },
  failure: { medianMs: MINUTE_MS / 2, sigma: 0.5 },
  questionsPerHour: 20,
  errorShare: 0.001,
  ratioSigma: 0.15,
};

/** One device, with everything that chance has decided about it. */
export interface DrawnDevice {
  id: string;
  fails: boolean;
  /** Since the rollout began, ms; 0 when it is there, infinite when it never comes. */
  awayUntil: number;
  contactMs: number;
  decideMs: number;
  /** Since the proof, when questions get no answer, ms. */
  errorsAt: number[];
  latencyRatio: number;
  memoryRatio: number;
}

/** Errors are drawn for so long after a proof. */
const SERVICE_MS = 30 * 24 * HOUR_MS;

/** @param failing share of devices on which the release fails */
export function drawDevices(model: OutcomeModel, failing: number, seed: number): DrawnDevice[] {
  const draw = createDraw(seed);
  return Array.from({ length: model.devices }, (_, i) => {
    const fails = draw.happens(failing);
    const isAway = draw.happens(model.away);
    const comesBack = draw.happens(model.returning);
    const returnMs = draw.wait(model.returnMeanMs);
    const errorsAt: number[] = [];
    const errorMeanMs = HOUR_MS / (model.questionsPerHour * model.errorShare);
    for (let at = draw.wait(errorMeanMs); at < SERVICE_MS; at += draw.wait(errorMeanMs)) errorsAt.push(at);
    return {
      id: `device-${String(i + 1).padStart(5, '0')}`,
      fails,
      awayUntil: isAway ? (comesBack ? returnMs : Infinity) : 0,
      contactMs: draw.within(model.contact),
      decideMs: draw.within(fails ? model.failure : model.proof),
      errorsAt,
      latencyRatio: Math.exp(model.ratioSigma * draw.normal()),
      memoryRatio: Math.exp(model.ratioSigma * draw.normal()),
    };
  });
}

export function createDraw(seed: number) {
  const random = createSeededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return {
    happens: (share: number) => random.next() < share,
    wait: (meanMs: number) => -meanMs * Math.log(1 - random.next()),
    normal,
    within: ({ medianMs, sigma }: Spread) => medianMs * Math.exp(sigma * normal()),
  };
}

/** What a device has come to. */
export type Phase = 'begun' | 'decided';

export const SHA256 = { release: 'b'.repeat(64), before: 'a'.repeat(64) };
const SEQ = 1;

export function assignedAt(at: number): NonNullable<DeviceEvidence['assigned']> {
  return { seq: SEQ, sha256: SHA256.release, at };
}

/** What the device reports then, as gates are to see it. */
export function saidBy(device: DrawnDevice, phase: Phase): ModelEvidence {
  const { latencyRatio, memoryRatio } = device;
  const isProven = phase === 'decided' && !device.fails;
  return {
    state: phase === 'begun' ? 'proving' : isProven ? 'committed' : 'rolled-back',
    targetSeq: SEQ,
    targetSha256: SHA256.release,
    runningSha256: isProven ? SHA256.release : SHA256.before,
    proof: isProven ? 'proven' : undefined,
    reason: phase === 'decided' && device.fails ? 'self_test_failed' : undefined,
    detail: undefined,
    shadow: undefined,
    served: undefined,
    latencyRatio,
    memoryRatio,
  };
}

/** Questions of callers so long after the proof. */
export function servedAfter(model: OutcomeModel, device: DrawnDevice, ms: number): ModelEvidence['served'] {
  const predictions = Math.floor((ms / HOUR_MS) * model.questionsPerHour);
  const errors = device.errorsAt.findIndex((at) => at > ms);
  return { predictions, errors: errors === -1 ? device.errorsAt.length : errors };
}
