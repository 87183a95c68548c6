import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import { clamp, type Profile } from '@plumbline/firmware-profiles';
import {
  checkInstall,
  deviceSettings,
  openEnvelope,
  toHex,
  TrustError,
  utf8,
  verifyAssignment,
  verifyLine,
  type AssignedModel,
  type AssignmentDocument,
  type DeviceSettings,
  type LineDocument,
  type RootDocument,
} from '@plumbline/shared/trust';
import { z } from 'zod';
import { instantOf } from '../calendar.ts';
import type { Clock, Crypto, Store } from '../ports/index.ts';
import { readOne, stored } from '../store/json.ts';
import { TRUST } from '../store/keys.ts';
import { reasonOf, target, type Target, type UpdateInput } from '../update/index.ts';

const count = z.number().int().nonnegative();

/** All that is remembered of signed statements, in one value: it moves as a whole or not at all. */
const trustMemory = z.strictObject({
  seq: count,
  timeFloor: z.number().int(),
  /** Hashes of the assignment last obeyed, and of the line documents it came with. */
  assignmentSha256: z.string(),
  linesSha256: z.string(),
  lineVersions: z.record(z.string(), count),
  floors: z.record(z.string(), count),
  targets: z.array(target),
  settings: deviceSettings,
});

type TrustMemory = z.infer<typeof trustMemory>;
type Declined = Extract<UpdateInput, { type: 'declined' }>;

/** An assignment and the line documents it draws on, as exact bytes: what `dn/desired` carries. */
interface Statements {
  assignment: Uint8Array;
  lines: readonly Uint8Array[];
}

export interface DesiredState {
  seq(): number;
  timeFloor(): number;
  targets(): readonly Target[];
  /** Settings of the assignment within the bounds of the profile. */
  settings(): DeviceSettings;
  /**
   * Checks a new desired state and remembers it. Undefined when it is the one obeyed already.
   * @throws TrustError when the assignment as a whole is refused; nothing is remembered then
   */
  accept(message: Statements): Promise<{ targets: Target[]; declined: Declined[] } | undefined>;
}

export interface DesiredDeps {
  store: Store;
  clock: Clock;
  crypto: Crypto;
  identity: { site: string; device: string };
  root: RootDocument;
  profile: Profile;
  /** Highest release counter that ever ran here. */
  ranCounter: (line: string) => number;
}

const NOTHING: TrustMemory = {
  seq: 0,
  timeFloor: 0,
  assignmentSha256: '',
  linesSha256: '',
  lineVersions: {},
  floors: {},
  targets: [],
  settings: {},
};

export async function createDesired(deps: DesiredDeps): Promise<DesiredState> {
  const { store, crypto, clock, identity, root, profile } = deps;
  let memory = (await readOne(store, TRUST, trustMemory)) ?? NOTHING;

  const digest = async (bytes: Uint8Array) => toHex(await crypto.sha256(bytes));

  return {
    seq: () => memory.seq,
    timeFloor: () => memory.timeFloor,
    targets: () => memory.targets,
    settings: () => memory.settings,
    async accept({ assignment: bytes, lines }) {
      const assignmentSha256 = await digest(bytes);
      const linesSha256 = await digest(utf8((await Promise.all(lines.map(digest))).join()));
      const isRepeated = assignmentSha256 === memory.assignmentSha256;
      if (isRepeated && linesSha256 === memory.linesSha256) return undefined;
      // The same assignment with newer papers of its lines is looked at again; any other must be newer.
      const seq = isRepeated ? memory.seq - 1 : memory.seq;
      const assignment = verifyAssignment(bytes, root, { ...identity, seq, timeFloor: memory.timeFloor }, clock.now());
      const judged = judge(deps, memory, assignment, lines);
      const next: TrustMemory = {
        seq: assignment.seq,
        timeFloor: Math.max(memory.timeFloor, assignment.timeFloor),
        assignmentSha256,
        linesSha256,
        lineVersions: judged.lineVersions,
        floors: highest(memory.floors, assignment.floors),
        targets: judged.targets,
        settings: clamp(profile, assignment.settings).settings,
      };
      await store.commit([{ put: TRUST, value: stored(next) }]);
      memory = next;
      return { targets: judged.targets, declined: judged.declined };
    },
  };
}

/** Asks of each assigned model the second question: is it a release? One that is refused does not hold up the others. */
function judge(deps: DesiredDeps, memory: TrustMemory, assignment: AssignmentDocument, lines: readonly Uint8Array[]) {
  const now = Math.max(deps.clock.now(), memory.timeFloor, assignment.timeFloor);
  const lineVersions = { ...memory.lineVersions };
  const floors = highest(memory.floors, assignment.floors);
  const targets: Target[] = [];
  const declined: Declined[] = [];
  for (const model of assignment.models) {
    const base: Target = { ...model, seq: assignment.seq, expires: assignment.expires, version: '' };
    try {
      const expected = { line: model.model, knownVersion: lineVersions[model.model] ?? 0, now };
      const line = verifyLine(findLine(lines, model.model), deps.root, expected);
      lineVersions[model.model] = line.version;
      checkInstall(model, line, floors[model.model] ?? 0, deps.ranCounter(model.model), deps.profile.id);
      targets.push({ ...base, ...termsOf(line, model, assignment.expires, now) });
    } catch (error) {
      if (!isCodedError(error)) throw error;
      const detail = `${codeOf(error)}: ${messageOf(error)}`;
      declined.push({ type: 'declined', target: base, reason: reasonOf(error) ?? 'bad_signature', detail });
    }
  }
  return { targets, declined, lineVersions };
}

/** How long the papers hold; a date that does not exist never comes, and must not count as far away. */
function termsOf(
  line: LineDocument,
  { path }: AssignedModel,
  assignmentExpires: number,
  now: number,
): Pick<Target, 'version' | 'expires'> {
  const lineExpires = instantOf(line.expires);
  if (!(lineExpires > now)) {
    throw new TrustError('expired', `line ${line.line}: expires ${line.expires}`, `line ${line.line}.expires`);
  }
  return { version: line.targets[path]?.custom.version ?? '', expires: Math.min(assignmentExpires, lineExpires) };
}

/** Looks at an unverified label only to choose what to verify. */
function findLine(lines: readonly Uint8Array[], line: string): Uint8Array {
  for (const bytes of lines) {
    try {
      if (openEnvelope(bytes, `line ${line}`).signed['line'] === line) return bytes;
    } catch {
      // Not readable as a line: it vouches for nothing, and another one may.
    }
  }
  throw new TrustError('not_in_release', `line ${line}: no document came with the assignment`, `line ${line}`);
}

function highest(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const all = { ...a };
  for (const [line, floor] of Object.entries(b)) all[line] = Math.max(all[line] ?? 0, floor);
  return all;
}
