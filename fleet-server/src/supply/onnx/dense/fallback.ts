import type { LayerEncoding } from './encoding.ts';
import { writeEncoded } from './encoding.ts';
import type { DenseLayer } from '../rewrite/layers.ts';
import type { Measure } from '../rewrite/measure.ts';
import type { ModelProto } from '@plumbline/shared/onnx';

/** How far an encoding may move the answers on the calibration runs: root mean square, as a share of their spread. */
export const LARGEST_ERROR = 0.02;

export interface Encoded {
  bytes: Uint8Array;
  notes: string[];
}

interface Weighed {
  layer: DenseLayer;
  /** Error with this layer alone encoded. */
  error: number;
}

/**
 * Encodes every layer that gains, then leaves in float those that cost the most error for each byte they save, until
 * the answers stay within `LARGEST_ERROR`. Asks `measure` at most twice for each layer and once more.
 * @returns the reason, as the end of a sentence, when no layer can be encoded
 */
export async function encodeWithin(
  model: ModelProto,
  encoding: LayerEncoding,
  layers: readonly DenseLayer[],
  measure: Measure | undefined,
): Promise<Encoded | string> {
  const refused = layers.flatMap((layer) => {
    const why = encoding.refuses(layer) ?? (encoding.savesBytes(layer) > 0 ? undefined : 'it is too small to gain');
    return why === undefined ? [] : [{ layer, note: `layer "${layer.name}" stays as it is: ${why}` }];
  });
  const notes = [...encoding.notes, ...refused.map(({ note }) => note)];
  const fitting = layers.filter((layer) => refused.every((each) => each.layer !== layer));
  if (fitting.length === 0) return refused[0]?.note ?? 'it has no layers';
  const bytes = writeEncoded(model, encoding, fitting);
  if (measure === undefined) return { bytes, notes: [...notes, 'no calibration runs: no error was measured'] };
  const error = await measure.errorOf(bytes);
  if (error <= LARGEST_ERROR) return { bytes, notes: [...notes, summary(error, measure)] };
  return leaveWorst(model, encoding, { fitting, notes, error }, measure);
}

async function leaveWorst(
  model: ModelProto,
  encoding: LayerEncoding,
  all: { fitting: readonly DenseLayer[]; notes: string[]; error: number },
  measure: Measure,
): Promise<Encoded | string> {
  let encoded: Weighed[] = [];
  for (const layer of all.fitting) {
    const alone = all.fitting.length === 1 ? all.error : undefined;
    encoded.push({ layer, error: alone ?? (await measure.errorOf(writeEncoded(model, encoding, [layer]))) });
  }
  const cost = ({ layer, error }: Weighed) => error ** 2 / encoding.savesBytes(layer);
  const worstFirst = encoded.toSorted((a, b) => cost(b) - cost(a));
  const left: Weighed[] = [];
  for (const worst of worstFirst) {
    left.push(worst);
    encoded = encoded.filter((each) => each !== worst);
    if (encoded.length === 0) break;
    // Errors of layers add up like independent noise; what that predicts is measured before it is believed.
    if (Math.hypot(...encoded.map((each) => each.error)) > LARGEST_ERROR) continue;
    const chosen = encoded.map(({ layer }) => layer);
    const bytes = writeEncoded(model, encoding, chosen);
    const error = await measure.errorOf(bytes);
    if (error <= LARGEST_ERROR) {
      return { bytes, notes: [...all.notes, ...left.map(leftNote), summary(error, measure)] };
    }
  }
  return `each of its layers would have to stay in float: ${left.map(leftNote).join('; ')}`;
}

function leftNote({ layer, error }: Weighed): string {
  return `layer "${layer.name}" stays in float: alone it moves the answers by ${percent(error)} of their spread`;
}

function summary(error: number, measure: Measure): string {
  return `answers of ${measure.runs} calibration run(s) move by ${percent(error)} of their spread (bound ${percent(LARGEST_ERROR)})`;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${Number((share * 100).toPrecision(3))} %` : 'more than can be measured';
}
