import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  inflateRawSync,
  zstdCompressSync,
  zstdDecompressSync,
  type BrotliOptions,
} from 'node:zlib';
import { exportModel, type Columns, type TreesModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import type { Version } from './bundle.ts';
import { diff, patch } from './copy-insert.ts';
import { asInGraph, frameOf, readTrees, writeTrees, type Streams } from './tree-structure.ts';

/** Bytes of a bundle that needs no base: as it is sent today, and with its trees as streams. */
export interface Wholes {
  brotli: number;
  deflate: number;
  /** Absent without trees. */
  streams: number | undefined;
}

/** A way to send `next` to a device that holds `last`. */
export interface Method {
  name: string;
  /** What the same decoder could be sent without a base; the difference is what the base is worth. */
  against: keyof Wholes;
  /** Bytes on the wire; undefined where the method says nothing of such a model. */
  sizeOf(next: Version, last: Version): number | undefined;
}

/** A tablet's inflater looks back no further. */
const DEFLATE_WINDOW = 32_768;

/** As the product compresses, at the strongest setting. */
export function wholesOf(version: Version): Wholes {
  return {
    brotli: brotliSize(version.archive),
    deflate: deflateRawSync(version.archive, { level: 9 }).length,
    streams: structureSize(version),
  };
}

export const METHODS: Method[] = [
  {
    name: 'deflate 9, old as dictionary',
    against: 'deflate',
    sizeOf: ({ archive }, last) => {
      const dictionary = last.archive.subarray(-DEFLATE_WINDOW);
      const bytes = deflateRawSync(archive, { level: 9, dictionary });
      return checked(bytes, inflateRawSync(bytes, { dictionary }), archive);
    },
  },
  {
    name: 'zstd 19, old as dictionary',
    against: 'brotli',
    sizeOf: ({ archive }, { archive: dictionary }) => {
      const params = {
        [constants.ZSTD_c_compressionLevel]: 19,
        [constants.ZSTD_c_windowLog]: 24,
        [constants.ZSTD_c_enableLongDistanceMatching]: 1,
      };
      const bytes = zstdCompressSync(archive, { dictionary, params });
      return checked(bytes, zstdDecompressSync(bytes, { dictionary }), archive);
    },
  },
  {
    name: 'brotli 11, old as dictionary',
    against: 'brotli',
    sizeOf: ({ archive }, { archive: dictionary }) => {
      const bytes = brotli(archive, dictionary);
      return checked(bytes, unbrotli(bytes, dictionary), archive);
    },
  },
  {
    name: 'copy and insert (bsdiff), brotli 11',
    against: 'brotli',
    sizeOf: ({ archive }, { archive: old }) => {
      const made = diff(old, archive);
      checked(archive, patch(old, made), archive);
      return brotliSize(planesOf(made.steps)) + brotliSize(made.differences) + brotliSize(made.inserted);
    },
  },
  {
    name: 'trees as streams, beside the old trees',
    against: 'streams',
    sizeOf: (next, last) => structureSize(next, last),
  },
];

/** Streams of the trees, each compressed on its own; the rest of the bundle beside the rest of the old one. */
function structureSize(next: Version, last?: Version): number | undefined {
  if (next.model.kind !== 'trees' || (last !== undefined && last.model.kind !== 'trees')) return undefined;
  const model = asInGraph(next.model);
  const before = last?.model.kind === 'trees' ? asInGraph(last.model) : undefined;
  const old = before && namesOf(before.columns) === namesOf(model.columns) ? before : undefined;
  const streams = writeTrees(model, old);
  checked(next.graph, exportModel(readTrees(frameOf(model), streams, old)), next.graph);
  const text = Buffer.concat([frameBytes(model), next.rest]);
  const known = before && last && Buffer.concat([frameBytes(before), last.rest]);
  return sizeOfStreams(streams) + brotli(text, known).length;
}

/** What a reader needs to write the graph around the trees; the statistics of number columns are not in it. */
function frameBytes(model: TreesModel): Uint8Array {
  const { columns, ...frame } = frameOf(model);
  return Buffer.from(JSON.stringify({ ...frame, numbers: columns.numbers.length, categories: columns.categories }));
}

/** Categories of another training may have other levels; columns then no longer mean the same. */
function namesOf({ numbers, categories }: Columns): string {
  return JSON.stringify([numbers.map(({ name }) => name), categories]);
}

function sizeOfStreams(streams: Streams): number {
  return Object.values(streams).reduce((sum, values) => sum + brotliSize(planesOf(values)), 0);
}

/** Numbers as bytes, all lowest bytes first: bytes of one kind compress better side by side. */
function planesOf(values: number[]): Uint8Array {
  const words = Int32Array.from(values, (value) => value | 0);
  const bytes = new Uint8Array(words.buffer);
  return new Uint8Array(bytes.length).map((_, place) => {
    const [plane, index] = [Math.floor(place / words.length), place % words.length];
    return bytes[4 * index + plane]!;
  });
}

function checked(delta: Uint8Array, undone: Uint8Array, wanted: Uint8Array): number {
  if (Buffer.compare(undone, wanted) !== 0) throw new RangeError('a delta does not give the file back');
  return delta.length;
}

function brotliSize(bytes: Uint8Array): number {
  return brotli(bytes).length;
}

/** Node takes a dictionary here; its types do not know yet. */
type WithDictionary = BrotliOptions & { dictionary?: Uint8Array };

function brotli(bytes: Uint8Array, dictionary?: Uint8Array): Uint8Array {
  const options: WithDictionary = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
    ...(dictionary && { dictionary }),
  };
  return brotliCompressSync(bytes, options);
}

function unbrotli(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array {
  const options: WithDictionary = { dictionary };
  return brotliDecompressSync(bytes, options);
}
