import { branchCount, type Ensemble } from '../../onnx/index.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Feed } from '../encode.ts';
import { createColumnReader } from '../graph/columns.ts';
import type { Recognised } from '../graph/recognise.ts';
import { sharesByLeaves, takesTrue } from './tree-paths.ts';

/**
 * `reasons.bin`: for each branch of the model's trees, which share of the training rows took its true side, in 255ths.
 * Header of 20 bytes: `PLRW`, version 1, whether the rows were made up, two zeros, number of branches (uint32,
 * little-endian), the first eight bytes of the SHA-256 of `model.onnx`. Then one byte a branch, in the order in which
 * `shared/onnx` reads them.
 */
const MAGIC = [0x50, 0x4c, 0x52, 0x57] as const;
const VERSION = 1;
const HEADER_BYTES = 20;
const STEPS = 255;

/** How training rows spread over the trees of a model. */
export interface BranchWeights {
  /** Share of the rows on the true side of each branch; one list for each ensemble, in the order of its nodes. */
  shares: readonly Float64Array[];
  /** The rows were not those of any data, but drawn from what is known of it. */
  madeUp: boolean;
}

/** @param sha256 of `model.onnx`, hex */
export function encodeWeights({ shares, madeUp }: BranchWeights, sha256: string): Uint8Array {
  const branches = shares.reduce((sum, own) => sum + own.length, 0);
  const bytes = new Uint8Array(HEADER_BYTES + branches);
  bytes.set([...MAGIC, VERSION, madeUp ? 1 : 0]);
  new DataView(bytes.buffer).setUint32(8, branches, true);
  bytes.set(prefixOf(sha256), 12);
  let at = HEADER_BYTES;
  for (const own of shares) for (const share of own) bytes[at++] = stepOf(share);
  return bytes;
}

/**
 * @param sizes branches of each ensemble
 * @returns undefined when the bytes are of another version or another model: reasons then do without
 */
export function decodeWeights(bytes: Uint8Array, sizes: readonly number[], sha256: string): BranchWeights | undefined {
  const branches = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== HEADER_BYTES + branches) return undefined;
  const madeUp = bytes[5] === 1;
  const header = [...MAGIC, VERSION, madeUp ? 1 : 0, 0, 0];
  if (header.some((byte, at) => bytes[at] !== byte)) return undefined;
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true) !== branches) return undefined;
  if (prefixOf(sha256).some((byte, at) => bytes[12 + at] !== byte)) return undefined;
  let at = HEADER_BYTES;
  const shares = sizes.map((size) => {
    const own = Float64Array.from(bytes.subarray(at, at + size), (step) => step / STEPS);
    at += size;
    return own;
  });
  return { shares, madeUp };
}

/** A side that some rows took never becomes none. */
function stepOf(share: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? 0 : STEPS;
  return Math.min(STEPS - 1, Math.max(1, Math.round(share * STEPS)));
}

function prefixOf(sha256: string): number[] {
  return Array.from({ length: 8 }, (_, at) => Number.parseInt(sha256.slice(2 * at, 2 * at + 2), 16));
}

/** Branches of each ensemble. */
export function branchSizes({ groves }: Pick<Recognised, 'groves'>): number[] {
  return groves.map(({ ensemble }) => branchCount(ensemble));
}

/** Counts which sides rows take. */
export interface ShareCounter {
  /** @param feeds as `encodeRuns` makes them; @param rows how many of them are real */
  count(feeds: readonly Feed[], rows: number): void;
  /** A branch that no row reached is shared by the number of leaves on its sides. */
  shares(): Float64Array[];
}

export function createShareCounter(
  { groves, columns }: Pick<Recognised, 'groves' | 'columns'>,
  { inputs }: Pick<Manifest, 'inputs'>,
): ShareCounter {
  const reader = createColumnReader(columns, widthsOf(inputs));
  const design = new Float64Array(reader.width);
  const counts = groves.map(({ ensemble }) => ({
    reached: new Uint32Array(branchCount(ensemble)),
    yes: new Uint32Array(branchCount(ensemble)),
  }));
  return {
    count(feeds, rows) {
      for (let row = 0; row < rows; row += 1) {
        reader.fill(feeds, row, design);
        for (const [at, { ensemble, columns: own }] of groves.entries()) countRow(ensemble, own, design, counts[at]!);
      }
    },
    shares: () =>
      groves.map(({ ensemble }, at) => {
        const { reached, yes } = counts[at]!;
        return sharesByLeaves(ensemble).map((share, branch) =>
          reached[branch] === 0 ? share : shareOf(yes[branch]!, reached[branch]!),
        );
      }),
  };
}

/** Few rows tell a share roughly: in 15ths it travels in half the bytes. */
const FEW_ROWS = 32;

function shareOf(yes: number, reached: number): number {
  if (yes === 0 || yes === reached || reached >= FEW_ROWS) return yes / reached;
  return Math.min(14, Math.max(1, Math.round((15 * yes) / reached))) / 15;
}

/** Columns of each input in the arrays that are fed. */
export function widthsOf(inputs: Manifest['inputs']): number[] {
  return inputs.map((input) => (input.kind === 'columns' ? input.features.length : 0));
}

function countRow(
  ensemble: Ensemble,
  columns: Int32Array,
  design: Float64Array,
  { reached, yes }: { reached: Uint32Array; yes: Uint32Array },
): void {
  for (const root of ensemble.roots) {
    let reference = root;
    while (reference >= 0) {
      const isTrue = takesTrue(ensemble, reference, design[columns[ensemble.feature[reference]!]!]!);
      reached[reference]! += 1;
      if (isTrue) yes[reference]! += 1;
      reference = (isTrue ? ensemble.onTrue : ensemble.onFalse)[reference]!;
    }
  }
}
