import { isCodedError } from '@plumbline/shared/errors';
import { decodeTensor, dtypeName, tensorValues } from '@plumbline/shared/onnx';
import type { ValueView } from '../../onnx/graph/value-type.ts';
import { SampleError } from './errors.ts';
import { formRuns, type FormedRun } from './form-runs.ts';
import { MAX_SAMPLE_BYTES } from './load-sample-files.ts';
import { matchArrays } from './match-arrays.ts';
import { fillFromCsv } from './read-csv.ts';
import { isNpy, readNpy } from '../numpy/read-npy.ts';
import type { ArrayGroup, FoundArray, SampleFile, SampleOptions, SampleSet } from './sample-set.ts';
import { isZip, unzip } from '../numpy/unzip.ts';

type Kind = 'csv' | 'npz' | 'npy' | 'pb';

const LFS_PREFIX = 'version https://git-lfs.github.com/spec/';

/**
 * Sample files → runs for a model with these inputs (`inspectModel`). CSV: one row a sample, columns by the mapping, by
 * names like `x[3]`, else by order. NPZ, NPY and ONNX's `input_N.pb`: tensors by name, place or order; what is called
 * like an output (`output_N.pb`, `outputs.npz`) is what the model is expected to answer.
 * @throws SampleError, and CsvError for text that is no table, naming file, member or line, and what was expected
 */
export async function readSamples(
  files: readonly SampleFile[],
  inputs: readonly ValueView[],
  options: SampleOptions = {},
): Promise<SampleSet> {
  const sizeBytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (sizeBytes > MAX_SAMPLE_BYTES) {
    throw new SampleError('samples_too_large', `the samples have ${sizeBytes} bytes`, {
      kind: 'too-large',
      field: files[0]?.name ?? 'samples',
      expected: `at most ${MAX_SAMPLE_BYTES} bytes`,
    });
  }
  const kinds = [...new Set(files.map(kindOf))];
  const [kind] = kinds;
  if (kind === undefined) throw nothing('no sample file was given');
  if (kinds.length > 1) {
    const message = `the samples are of several kinds: ${kinds.join(', ')}`;
    throw new SampleError('samples_mixed', message, { field: files[0]!.name, expected: 'files of one kind' });
  }
  const ignored = new Set<string>();
  const formed: FormedRun[] = [];
  if (kind === 'csv') {
    for (const file of files) {
      const filled = await fillFromCsv(file, inputs, options);
      filled.ignored.forEach((column) => ignored.add(column));
      formed.push(...formRuns(filled, inputs));
    }
  } else {
    for (const group of groupArrays(files, kind)) {
      const filled = matchArrays(group, inputs, options);
      filled.ignored.forEach((member) => ignored.add(member));
      formed.push(...formRuns(filled, inputs));
    }
  }
  return setOf(formed, [...ignored]);
}

function setOf(formed: FormedRun[], ignored: string[]): SampleSet {
  if (formed.length === 0) throw nothing('the files hold no sample');
  return {
    runs: formed.map(({ run }) => run),
    rows: formed.map(({ rows }) => rows),
    origins: formed.map(() => 'given'),
    ...(formed.some(({ labels }) => labels) ? { labels: formed.map(({ labels }) => labels ?? []) } : {}),
    ...(formed.some(({ expected }) => expected) ? { expected: formed.map(({ expected }) => expected) } : {}),
    given: formed.reduce((sum, { rows }) => sum + rows, 0),
    generated: 0,
    ignored,
  };
}

function kindOf({ name, bytes }: SampleFile): Kind {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, LFS_PREFIX.length));
  if (head === LFS_PREFIX) {
    throw new SampleError('samples_lfs_pointer', `${name} is a git-lfs pointer, not the file it points to`, {
      field: name,
      expected: 'the file itself: run `git lfs pull` first',
    });
  }
  if (isZip(bytes)) return 'npz';
  if (isNpy(bytes)) return 'npy';
  const end = /\.(csv|txt|pb|npz|npy)$/i.exec(name)?.[1]?.toLowerCase();
  if (end === 'csv' || end === 'txt') return 'csv';
  if (end === 'pb') return 'pb';
  const [what, expected] =
    end === undefined ? ['is of no known kind', 'a CSV, NPZ, NPY or PB file'] : ['is cut short', `an .${end} file`];
  throw new SampleError('samples_malformed', `${name} ${what}`, { field: name, expected });
}

/** Each NPZ by itself, loose arrays by folder; a file of outputs belongs to the file of inputs beside it. */
function groupArrays(files: readonly SampleFile[], kind: Kind): ArrayGroup[] {
  const groups = new Map<string, ArrayGroup>();
  for (const file of files) {
    const slash = file.name.lastIndexOf('/') + 1;
    const [folder, base] = [file.name.slice(0, slash), file.name.slice(slash)];
    const paired = base.replace(/^(in|out)puts?(?=[^a-z])/i, 'inputs');
    const key = kind === 'npz' ? folder + paired : folder;
    const group = groups.get(key) ?? { source: kind === 'npz' ? file.name : folder || file.name, arrays: [] };
    groups.set(key, group);
    group.arrays.push(...arraysOf(file, base, kind));
  }
  return [...groups.values()];
}

function arraysOf(file: SampleFile, base: string, kind: Kind): FoundArray[] {
  const stem = base.replace(/\.[^.]*$/, '');
  if (kind === 'pb') return [readPb(file, stem)];
  if (kind === 'npy') return [{ names: [stem], where: file.name, ...readNpy(file.bytes, file.name), ...placeOf(stem) }];
  const role = /^outputs?[^a-z]/i.test(base) ? { role: 'output' as const } : {};
  return unzip(file.bytes, file.name).map((member) => {
    const name = member.name.replace(/\.npy$/, '');
    const where = `${file.name}: ${member.name}`;
    return { names: [name], where, ...readNpy(member.bytes, where), ...placeOf(name), ...role };
  });
}

function readPb(file: SampleFile, stem: string): FoundArray {
  try {
    const tensor = decodeTensor(file.bytes);
    return {
      names: [...(tensor.name ? [tensor.name] : []), stem],
      where: file.name,
      dtype: dtypeName(tensor.dataType),
      dims: Array.from(tensor.dims ?? [], Number),
      data: tensorValues(tensor),
      ...placeOf(stem),
    };
  } catch (cause) {
    if (!isCodedError(cause)) throw cause;
    const code = cause.code === 'onnx_dtype_unsupported' ? 'samples_dtype' : 'samples_malformed';
    throw new SampleError(
      cause.code === 'onnx_too_large' ? 'samples_too_large' : code,
      `${file.name}: ${cause.message}`,
      {
        kind: cause.kind,
        field: cause.field === undefined ? file.name : `${file.name}: ${cause.field}`,
        expected: cause.expected ?? 'an onnx.TensorProto',
        cause,
      },
    );
  }
}

function placeOf(name: string): Pick<FoundArray, 'role' | 'place'> {
  const [, role, place] = /^(input|output)s?_(\d+)$/i.exec(name) ?? [];
  if (role === undefined) return {};
  return { role: role.toLowerCase() as 'input' | 'output', place: Number(place) };
}

function nothing(message: string): SampleError {
  return new SampleError('samples_empty', message, { field: 'samples', expected: 'at least one sample' });
}
