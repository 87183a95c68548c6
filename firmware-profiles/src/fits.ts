import { satisfies } from 'semver';
import type { Profile } from './schema.ts';

/** What a bundle asks of the device, and what the agent on that device offers. */
export interface BundleNeeds {
  /** Length of `model.onnx`, decoded. */
  modelBytes: number;
  /** Memory at its peak as measured at the server, when it was measured. */
  memoryMb?: number;
  /** Operator sets the graph imports; the empty domain is `ai.onnx`. */
  opsets: Readonly<Record<string, number>>;
  /** Operators of the graph as `domain:Operator`. */
  operators?: readonly string[];
  /** Derived features as `id@version`. */
  derivations: readonly string[];
  codec?: string;
  /** Profile ids or engines the variant was made for; empty or absent: every one that fits. */
  targets?: readonly string[];
  agentDerivations: readonly string[];
  agentVersion: string;
}

export type MisfitCode =
  | 'model_too_large'
  | 'memory_too_small'
  | 'storage_too_small'
  | 'opset_too_new'
  | 'operator_refused'
  | 'derivation_missing'
  | 'codec_not_accepted'
  | 'not_a_target'
  | 'agent_version_unsuitable';

export interface Misfit {
  code: MisfitCode;
  /** Path in the needs. */
  field: string;
  /** For the person who stands before the device. */
  sentence: string;
}

export type Fit = { fits: true } | { fits: false; reasons: Misfit[] };

type Rule = (profile: Profile, needs: BundleNeeds) => Misfit[];

/** May this bundle be sent to a device of this class? Lists every reason against it, not only the first. */
export function fits(profile: Profile, needs: BundleNeeds): Fit {
  const reasons = RULES.flatMap((rule) => rule(profile, needs));
  return reasons.length === 0 ? { fits: true } : { fits: false, reasons };
}

const MB = 2 ** 20;
/** Slots A and B hold the running model and the next one at the same time. */
const SLOTS = 2;

const modelSize: Rule = ({ name, maxModelBytes }, { modelBytes }) =>
  modelBytes <= maxModelBytes
    ? []
    : misfit(
        'model_too_large',
        'modelBytes',
        `The model has ${mb(modelBytes)}; ${name} takes at most ${mb(maxModelBytes)}.`,
      );

const storage: Rule = ({ name, storageMb }, { modelBytes }) =>
  SLOTS * modelBytes <= storageMb * MB
    ? []
    : misfit(
        'storage_too_small',
        'modelBytes',
        `The running model and the next one need ${mb(SLOTS * modelBytes)} of disk; ${name} keeps ${storageMb} MB for them.`,
      );

const memory: Rule = ({ name, memoryForModelMb }, { memoryMb = 0 }) =>
  memoryMb <= memoryForModelMb
    ? []
    : misfit(
        'memory_too_small',
        'memoryMb',
        `The model needs ${memoryMb} MB of memory while it runs; ${name} has ${memoryForModelMb} MB for it.`,
      );

const opsets: Rule = ({ name, runtime }, needs) =>
  Object.entries(needs.opsets).flatMap(([domain, version]) => {
    const known = domain || 'ai.onnx';
    const newest = new Map(Object.entries(runtime.opsets)).get(known);
    if (newest !== undefined && version <= newest) return [];
    const limit = newest === undefined ? `does not know these operators at all` : `knows them up to version ${newest}`;
    const sentence = `The model uses version ${version} of the operators ${known}; the runtime on ${name} ${limit}.`;
    return misfit('opset_too_new', `opsets.${known}`, sentence);
  });

const operators: Rule = ({ name, runtime }, needs) =>
  runtime.refusedOperators
    .filter(({ operator }) => needs.operators?.includes(operator))
    .flatMap(({ operator, because }) =>
      misfit('operator_refused', 'operators', `The model uses ${operator}, which ${name} refuses: ${because}.`),
    );

const derivations: Rule = ({ name }, needs) =>
  needs.derivations
    .filter((derivation) => !needs.agentDerivations.includes(derivation))
    .flatMap((derivation) =>
      misfit(
        'derivation_missing',
        'derivations',
        `The model needs the derived feature ${derivation}; agent ${needs.agentVersion} on this ${name} cannot compute it. Update the agent first.`,
      ),
    );

const codec: Rule = ({ name, codecs }, needs) =>
  needs.codec === undefined || codecs.some((accepted) => accepted === needs.codec)
    ? []
    : misfit(
        'codec_not_accepted',
        'codec',
        `The payload is packed with ${needs.codec}; ${name} unpacks ${codecs.join(', ')}.`,
      );

const target: Rule = ({ id, name, runtime }, { targets = [] }) =>
  targets.length === 0 || targets.includes(id) || targets.includes(runtime.engine)
    ? []
    : misfit(
        'not_a_target',
        'targets',
        `This variant was made for ${targets.join(', ')}, and ${name} is none of them.`,
      );

const agentVersion: Rule = ({ name, agent }, needs) =>
  satisfies(needs.agentVersion, agent, { includePrerelease: true })
    ? []
    : misfit(
        'agent_version_unsuitable',
        'agentVersion',
        `The device runs agent ${needs.agentVersion}; ${name} is supported with ${agent}.`,
      );

const RULES: readonly Rule[] = [
  modelSize,
  storage,
  memory,
  opsets,
  operators,
  derivations,
  codec,
  target,
  agentVersion,
];

function misfit(code: MisfitCode, field: string, sentence: string): Misfit[] {
  return [{ code, field, sentence }];
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}
