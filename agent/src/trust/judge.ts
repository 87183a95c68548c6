import type { Profile } from '@plumbline/firmware-profiles';
import { codeOf, isCodedError, isRetryable, messageOf } from '@plumbline/shared/errors';
import {
  checkFloor,
  checkInstall,
  delegationOf,
  lineRole,
  refreshDelegated,
  releaseOf,
  TrustError,
  type AssignedModel,
  type AssignmentDocument,
  type ImageTrust,
  type LineMetadata,
  type MetadataSource,
} from '@plumbline/shared/trust';
import { reasonOf, type Target, type UpdateInput } from '../update/index.ts';
import { LINE_LIMITS } from './source.ts';
import { expiryOf } from './staleness.ts';

export type Declined = Extract<UpdateInput, { type: 'declined' }>;

export interface JudgeInput {
  assignment: AssignmentDocument;
  source: MetadataSource;
  image: () => ImageTrust;
  /** Metadata of a line that were accepted on the way. */
  save: (image: ImageTrust) => Promise<void>;
  now: number;
  /** Lowest release counters by line, as fleet and director have set them before. */
  floors: Record<string, number>;
  ranCounter: (line: string) => number;
  profile: Profile;
}

export interface Judged {
  targets: Target[];
  declined: Declined[];
  /** Raised by the assignment, where the releases of a line bear it. */
  floors: Record<string, number>;
}

/**
 * Asks of each assigned model the second question: is it a release? One that is refused does not hold up the others.
 * @throws AgentError when the network failed: nothing is judged by what did not arrive
 */
export async function judge(input: JudgeInput): Promise<Judged> {
  const { seq, expires, models } = input.assignment;
  const judged: Judged = { targets: [], declined: [], floors: { ...input.floors } };
  for (const model of models) {
    const base: Target = { ...model, seq, expires, version: '' };
    try {
      const line = await refreshLine(input, model.model);
      raiseFloor(judged.floors, line, input.assignment, model.model);
      judged.targets.push({ ...base, ...termsOf(input, judged.floors, line, model) });
    } catch (error) {
      if (!isCodedError(error) || isRetryable(error)) throw error;
      const detail = `${codeOf(error)}: ${messageOf(error)}`;
      judged.declined.push({ type: 'declined', target: base, reason: reasonOf(error) ?? 'bad_signature', detail });
    }
  }
  return judged;
}

async function refreshLine({ image, source, now, save }: JudgeInput, line: string): Promise<LineMetadata> {
  const { targets } = image();
  if (targets === undefined) throw new TrustError('role_missing', 'targets: none is held', 'targets');
  delegationOf(targets.signed, line);
  await refreshDelegated(image(), source, now, { role: lineRole(line), delegator: 'targets' }, save, LINE_LIMITS);
  return releaseOf(image(), line);
}

/** A floor that no release could reach is refused; it would hold the line for ever. */
function raiseFloor(
  floors: Record<string, number>,
  line: LineMetadata,
  assignment: AssignmentDocument,
  name: string,
): void {
  const asked = Object.hasOwn(assignment.floors, name) ? (assignment.floors[name] ?? 0) : 0;
  checkFloor(line, name, asked);
  floors[name] = Math.max(floors[name] ?? 0, asked);
}

/** Version of an assigned release, and how long all the papers for it hold. */
function termsOf(
  { assignment, image, ranCounter, profile }: JudgeInput,
  floors: Record<string, number>,
  line: LineMetadata,
  model: AssignedModel,
): Pick<Target, 'version' | 'expires' | 'needs'> {
  checkInstall(model, line, floors[model.model] ?? 0, ranCounter(model.model), profile.id);
  const { version = '', needs } = line.targets[model.path]?.custom ?? {};
  return {
    version,
    ...(needs && { needs }),
    expires: Math.min(assignment.expires, expiryOf(image(), lineRole(model.model))),
  };
}
