import { derivedName } from '@plumbline/shared/activity';
import type { Reference } from '@plumbline/shared/drift';
import { openBundle, type ActivityRecord, type Bundle, type Manifest } from '@plumbline/shared/manifest';
import { toHex } from '@plumbline/shared/trust';
import type { Slot } from '@plumbline/shared/update';
import { AgentError } from '../errors.ts';
import type { Ports, Session } from '../ports/index.ts';
import { slotPath } from '../store/keys.ts';
import { readSlot } from '../store/slot-files.ts';
import type { SlotContent } from '../update/index.ts';
import { scoreRecords } from './score.ts';
import { deriveStructure, type Structure } from './structure.ts';

/** A model that can answer. */
export interface LoadedModel extends SlotContent {
  line: string;
  manifest: Manifest;
  reference: Reference | undefined;
  session: Session;
  /** How the score is a sum, where that can be told; absent: reasons are by occlusion. */
  structure?: Structure;
}

type LoadPorts = Pick<Ports, 'files' | 'crypto' | 'inference'>;

/**
 * The bundle in a slot, proved again by its hash: what was verified once may have rotted since.
 * @throws AgentError `slot_damaged`
 */
export async function openSlot(
  { files, crypto }: Pick<Ports, 'files' | 'crypto'>,
  line: string,
  slot: Slot,
  content: SlotContent,
): Promise<Bundle> {
  const path = slotPath(line, slot);
  const archive = await readSlot(files, path);
  const digest = async (bytes: Uint8Array) => toHex(await crypto.sha256(bytes));
  if (archive === undefined || (await digest(archive)) !== content.sha256) {
    const what = archive === undefined ? 'absent' : 'changed on disk';
    throw new AgentError('slot_damaged', `${path}: ${what}`, {
      kind: 'internal',
      field: path,
      expected: content.sha256,
    });
  }
  return openBundle(archive, digest);
}

/**
 * Loads a slot from disk, without the network, and warms it up: the first caller does not pay for lazy set-up.
 * @throws AgentError `slot_damaged`, InferenceError `model_unloadable`, PredictError when the warm-up answers nonsense
 */
export async function loadModel(
  ports: LoadPorts,
  line: string,
  slot: Slot,
  content: SlotContent,
): Promise<LoadedModel> {
  const { manifest, reference, golden, model } = await openSlot(ports, line, slot, content);
  const structure = deriveStructure({
    manifest,
    reference,
    golden,
    // The bytes are read again rather than kept: few ask for reasons at once after loading, and memory is short.
    read: async () => {
      const bundle = await openSlot(ports, line, slot, content);
      return { model: bundle.model, reasons: bundle.reasons };
    },
  });
  const session = await ports.inference.load(model);
  const loaded: LoadedModel = { ...content, line, manifest, reference, session, structure };
  const record = golden?.rows[0]?.record ?? (reference && typicalRecord(manifest, reference));
  if (record === undefined) return loaded;
  try {
    await scoreRecords(loaded, [record]);
  } catch (error) {
    await loaded.session.close();
    throw error;
  }
  return loaded;
}

function typicalRecord(manifest: Manifest, reference: Reference): ActivityRecord | undefined {
  const typical = new Map(reference.features.map((one) => [one.bins.name, one.typical]));
  const values: ActivityRecord['values'] = {};
  const derived: ActivityRecord['derived'] = {};
  for (const input of manifest.inputs) {
    if (input.kind === 'tensor') return undefined;
    for (const { from, name, missing } of input.features) {
      const value = typical.get(name) ?? null;
      if (value === null && missing === 'refuse') return undefined;
      if ('column' in from) values[from.column] = value;
      else derived[derivedName(from)] = value;
    }
  }
  return { values, asOf: 0, derived };
}
