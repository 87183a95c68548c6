import { decodeMessage, deviceReport } from '@plumbline/shared/wire';
import type { Catalogue } from '../server/releases.ts';
import type { Ledger } from './ledger.ts';

/** Which models may be where: by the hash of the bytes that the inference port was given, and of those that answer. */
export interface TruthCheck {
  /** From now on this release may be what the device runs. */
  assigned(name: string): void;
  loading(modelSha256: string): void;
  /** A report leaves the device. @param open hashes of the models that can answer at this moment */
  reported(frame: Uint8Array, open: ReadonlySet<string>): void;
  /** An answer to the record {a, b}. */
  answered(answer: { sha256: string; score: number }, values: { a: number; b: number }): void;
}

const TOLERANCE = 1e-6;

export function createTruthCheck(catalogue: Catalogue, ledger: Ledger): TruthCheck {
  const assigned = new Set<string>();
  return {
    assigned: (name) => void assigned.add(catalogue.get(name).modelSha256),
    loading(modelSha256) {
      const release = catalogue.releases.find((one) => one.modelSha256 === modelSha256);
      if (release === undefined) ledger.add('unverified', `${modelSha256} is no published model`);
      else if (!assigned.has(modelSha256)) ledger.add('unverified', `${release.name} was never assigned`);
      else if (release.ending.state === 'refused') ledger.add('unverified', `${release.name} had to be refused`);
    },
    reported(frame, open) {
      for (const { model, running, state } of decodeMessage(deviceReport, frame).models) {
        if (running === undefined) continue;
        const release = catalogue.byArchive(running.sha256);
        if (release === undefined || !open.has(release.modelSha256)) {
          ledger.add('untruthful', `report: ${model} in state ${state} runs ${release?.name ?? running.sha256}`);
        } else if (release.version !== running.version) {
          ledger.add('untruthful', `report: ${release.name} called ${running.version} instead of ${release.version}`);
        }
      }
    },
    answered({ sha256, score }, { a, b }) {
      const release = catalogue.byArchive(sha256);
      const expected = release?.scoreOf(a, b) ?? Number.NaN;
      if (!(Math.abs(score - expected) <= TOLERANCE)) {
        ledger.add('wrong_answer', `${release?.name ?? sha256} is said to answer ${score}, and answers ${expected}`);
      }
    },
  };
}
