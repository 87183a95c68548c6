import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { codeOf } from '@plumbline/shared/errors';
import type { ValueView } from '../../onnx/index.ts';
import { fromHalf, toHalf } from './convert.ts';
import { readNpy } from '../numpy/read-npy.ts';
import { loadSampleFiles } from './load-sample-files.ts';
import { readSamples } from './read-samples.ts';
import type { SampleOptions } from './sample-set.ts';
import { unzip } from '../numpy/unzip.ts';

const PYTHON = '/usr/bin/python3';
const numpy = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import numpy'], { stdio: 'ignore' });
    return 'present';
  } catch {
    return undefined;
  }
})();

const bytes = (text: string) => new TextEncoder().encode(text);
const view = (name: string, shape: ValueView['shape'], dtype = 'float32'): ValueView => ({ name, dtype, shape });

/** A version 1.0 file as numpy writes it, with any header. */
function npy(descr: string, shape: string, body: Uint8Array, fortran = 'False'): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return Uint8Array.from([0x93, ...bytes('NUMPY'), 1, 0, 118, 0, ...bytes(header), ...body]);
}
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe.skipIf(numpy === undefined)(`files that numpy writes (${numpy ?? `skipped: no numpy at ${PYTHON}`})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-samples-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are read whatever the type, byte order, memory order, version of the format and compression', () => {
    const script = `
import json, sys, numpy as np
from numpy.lib import format as f
out, rng = sys.argv[1], np.random.default_rng(1)
arrays, said = {}, {}
def keep(name, a):
    arrays[name] = a
    said[name] = [list(a.shape), [repr(float(v)) if a.dtype.kind == 'f' else str(int(v)) if a.dtype.kind in 'iub' else v.decode() if a.dtype.kind == 'S' else str(v) for v in a.ravel(order='C')]]
for d in ['f2','f4','f8','i1','i2','i4','i8','u1','u2','u4','u8']:
    for order in '<>':
        a = (rng.standard_normal((2,3,4))*50).astype(d) if d[0]=='f' else rng.integers(0 if d[0]=='u' else -100, 100, (2,3,4)).astype(d)
        keep(d+('b' if order=='>' else 'l'), a.astype(order+d))
        keep(d+'F'+('b' if order=='>' else 'l'), np.asfortranarray(a.astype(order+d)))
keep('extremes', np.array([np.iinfo('i8').min, np.iinfo('i8').max]))
keep('unsigned', np.array([2**64-1], dtype='u8'))
keep('odd', np.array([np.inf, -np.inf, 65504, 6e-8, -0.0], dtype='f2'))
keep('bool', rng.integers(0,2,(3,5)).astype(bool))
keep('text', np.array([['a','caf\\u00e9','\\U0001f642'],['','b c','xyz']]))
keep('textF', np.asfortranarray(np.array([['a','caf\\u00e9'],['','b c']])).astype('>U7'))
keep('raw', np.array([b'a', b'bcd', b'']))
keep('scalar', np.float32(1.5)); keep('none', np.zeros((0,4),'f4'))
np.savez(out+'/plain.npz', **arrays); np.savez_compressed(out+'/packed.npz', **arrays)
for v in [(1,0),(2,0),(3,0)]:
    with open(out+'/v%d.npy' % v[0], 'wb') as h: f.write_array(h, arrays['f4l'], version=v)
json.dump(said, open(out+'/said.json','w'))
`;
    execFileSync(PYTHON, ['-W', 'ignore', '-c', script, folder]);
    const said = JSON.parse(readFileSync(join(folder, 'said.json'), 'utf8')) as Record<string, [number[], string[]]>;
    expect(Object.keys(said)).toHaveLength(53);
    for (const file of ['plain.npz', 'packed.npz']) {
      const members = unzip(readFileSync(join(folder, file)), file);
      expect(members.map(({ name }) => name)).toEqual(Object.keys(said).map((name) => `${name}.npy`));
      for (const member of members) {
        const name = member.name.slice(0, -4);
        const { dims, dtype, data } = readNpy(member.bytes, name);
        const [shape, values] = said[name]!;
        const isFloat = dtype.startsWith('float');
        const read = Array.from<unknown, unknown>(data, (value) =>
          isFloat ? (dtype === 'float16' ? fromHalf(Number(value)) : Number(value)) : String(value),
        );
        expect({ name, dims, read }).toEqual({
          name,
          dims: shape,
          read: isFloat ? values.map((value) => Number(value.replace('inf', 'Infinity'))) : values,
        });
      }
    }
    for (const version of [1, 2, 3]) {
      const { data } = readNpy(readFileSync(join(folder, `v${version}.npy`)), 'v');
      expect(Array.from(data, Number)).toEqual(said['f4l']![1].map(Number));
    }
  });

  test('hold objects, records, dates or complex numbers: refused by name, and no pickle is opened', () => {
    const script = `
import sys, numpy as np
o = sys.argv[1]
np.save(o+'/object.npy', np.array([{}], dtype=object), allow_pickle=True)
np.save(o+'/record.npy', np.zeros(2, dtype=[('a','f4'),('b','i4')]))
np.save(o+'/date.npy', np.array(['2024-01-01'], dtype='M8[D]'))
np.save(o+'/complex.npy', np.zeros(2, dtype='c8'))`;
    execFileSync(PYTHON, ['-c', script, folder]);
    const words = { object: 'object array (a pickle)', record: 'records', date: 'dates', complex: 'complex numbers' };
    for (const [name, word] of Object.entries(words)) {
      const refusal = { code: 'samples_dtype', kind: 'refused', message: expect.stringContaining(word) as string };
      expect(() => readNpy(readFileSync(join(folder, `${name}.npy`)), name)).toThrow(expect.objectContaining(refusal));
    }
  });

  test('give the tensors that a model of float32 wants, though numpy wrote float64', async () => {
    execFileSync(PYTHON, [
      '-c',
      'import sys, numpy as np; np.savez(sys.argv[1], x=np.arange(600).reshape(300,2)/7, y=np.arange(300)%2)',
      join(folder, 'wide.npz'),
    ]);
    const set = await readSamples(await loadSampleFiles([join(folder, 'wide.npz')]), [view('x', ['n', 2])], {
      label: 'y',
    });
    expect([set.rows, set.given, set.ignored]).toEqual([[128, 128, 44], 300, []]);
    expect(set.runs[2]![0]).toMatchObject({ name: 'x', dtype: 'float32', dims: [44, 2] });
    expect(set.runs[2]![0]!.data[87]).toBe(Math.fround(599 / 7));
    expect(set.labels?.flat()).toEqual(Array.from({ length: 300 }, (_, row) => String(row % 2)));
  });
});

describe('half precision', () => {
  test('every finite pattern is the nearest to its own value, and neighbours meet half-way, ties to even', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7c00; bits++) {
      const value = fromHalf(bits);
      const middle = (value + (bits === 0x7bff ? 65_536 : fromHalf(bits + 1))) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const right = toHalf(value) === bits && toHalf(-value) === (bits | 0x8000) && toHalf(middle) === even;
      if (!right) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
    expect([Infinity, -Infinity, 1e9].map(toHalf)).toEqual([0x7c00, 0xfc00, 0x7c00]);
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });
});

describe('a bad file is refused, naming file, member and what was expected', () => {
  const x = [view('x', ['n', 2])];
  const good = npy("'<f4'", '(1, 2)', floats(1, 2));
  const zipped = zipSync({ 'x.npy': good });
  const lying = (field: number, value: number): Uint8Array => {
    const changed = zipped.slice();
    const directory = changed.length - 22 - (46 + 5);
    new DataView(changed.buffer).setUint32(directory + field, value, true);
    return changed;
  };
  test.each<[string, string, Uint8Array, string, SampleOptions?]>([
    ['an empty NPZ', 'a.npz', new Uint8Array(), 'samples_malformed'],
    ['a truncated NPZ', 'a.npz', zipped.subarray(0, zipped.length - 30), 'samples_malformed'],
    [
      'an NPZ with a flipped byte',
      'a.npz',
      zipped.map((byte, at) => (at === 60 ? byte ^ 1 : byte)),
      'samples_malformed',
    ],
    ['a member that unpacks to more than it states', 'a.npz', lying(24, 10), 'samples_malformed'],
    ['a member that states 4 GB', 'a.npz', lying(24, 0xffff_fff0), 'samples_too_large'],
    ['a member twice', 'a.npz', twice(), 'samples_malformed'],
    ['a bomb', 'a.npz', bomb(), 'samples_too_large'],
    [
      'an LFS pointer',
      'a.npz',
      bytes('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      'samples_lfs_pointer',
    ],
    ['a truncated NPY', 'x.npy', good.subarray(0, good.length - 3), 'samples_malformed'],
    ['an NPY cut in its header', 'x.npy', good.subarray(0, 40), 'samples_malformed'],
    [
      'absurd dimensions',
      'x.npy',
      npy("'<f4'", '(9007199254740993, 9007199254740993)', floats(1)),
      'samples_malformed',
    ],
    ['no rows', 'x.npy', npy("'<f4'", '(0, 2)', floats()), 'samples_empty'],
    ['a wrong width', 'x.npy', npy("'<f4'", '(1, 3)', floats(1, 2, 3)), 'samples_shape'],
    ['a wrong rank', 'x.npy', npy("'<f4'", '(2,)', floats(1, 2)), 'samples_shape'],
    ['text for numbers', 'x.npy', npy("'|S1'", '(1, 2)', bytes('ab')), 'samples_dtype'],
    ['no array for the input', 'a.npz', zipSync({}), 'samples_input_missing'],
    ['a label that is not there', 'a.npz', zipped, 'samples_column_unknown', { label: 'late' }],
    ['a PB that is text', 'input_0.pb', bytes('hello, world'), 'samples_malformed'],
    ['an empty PB', 'input_0.pb', new Uint8Array(), 'samples_malformed'],
    [
      'a PB with fewer values than dims',
      'input_0.pb',
      Uint8Array.from([8, 1, 8, 2, 16, 1, 0x25, 0, 0, 0, 0]),
      'samples_malformed',
    ],
    ['a PB of 4-bit values', 'input_0.pb', Uint8Array.from([8, 1, 8, 2, 16, 22, 0x4a, 1, 0]), 'samples_dtype'],
    ['a PB with its data elsewhere', 'input_0.pb', Uint8Array.from([8, 1, 8, 2, 16, 1, 0x70, 1]), 'samples_malformed'],
    ['a file of no known kind', 'a.bin', bytes('x'), 'samples_malformed'],
  ])('%s', async (_what, name, content, code, options) => {
    const reading = readSamples([{ name, bytes: content }], x, options);
    await expect(reading).rejects.toMatchObject({ code, name: 'SampleError', expected: expect.any(String) as string });
    await expect(reading).rejects.toMatchObject({ field: expect.stringContaining(name) as string });
  });

  test('wherever an NPZ is cut, the reader answers with a code of its own', async () => {
    for (let length = 0; length < zipped.length; length++) {
      const cut = await readSamples([{ name: 'a.npz', bytes: zipped.subarray(0, length) }], x).catch(codeOf);
      expect(cut, `${length} bytes`).toBe('samples_malformed');
    }
  });

  function twice(): Uint8Array {
    const both = zipSync({ 'x.npy': good, 'y.npy': good });
    return both.map((byte, at) => (byte === 0x79 && both[at + 1] === 0x2e ? 0x78 : byte));
  }
});

function bomb(): Uint8Array {
  const zeros = new Uint8Array(2 ** 24);
  return zipSync(Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`${at}.npy`, zeros])), { level: 1 });
}
