import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../trust/bytes.ts';
import { packArchive, type BundleFiles } from './archive.ts';
import { openBundle } from './bundle.ts';
import { derivationsOf, featuresOf, type Manifest } from './manifest.ts';

const model = new TextEncoder().encode('a model');
const manifest: Manifest = {
  kind: 'model',
  v: 1,
  line: 'delay',
  version: '1.0.0',
  variant: 'tree',
  algorithm: 'forest',
  target: 'late',
  inputs: [
    {
      kind: 'columns',
      name: 'numbers',
      dtype: 'float32',
      batch: 'dynamic',
      features: [
        { name: 'float', type: 'number', missing: 'accept', from: { column: 'total_float' } },
        { name: 'month', type: 'number', missing: 'refuse', from: { derived: 'as-of-month@1' } },
      ],
    },
    { kind: 'tensor', name: 'image', dtype: 'float32', shape: [1, 4], column: 'pixels' },
    {
      kind: 'columns',
      name: 'words',
      dtype: 'string',
      batch: 'dynamic',
      features: [
        { name: 'trade', type: 'category', missing: 'accept', from: { column: 'trade' } },
        { name: 'again', type: 'number', missing: 'refuse', from: { derived: 'as-of-month@1' } },
      ],
    },
  ],
  output: { kind: 'classes', probabilities: 'p', classes: ['0', '1'], positive: '1' },
  model: { sha256: sha256Hex(model), sizeBytes: model.length },
  needs: { opsets: { 'ai.onnx': 17 }, operators: ['ai.onnx:Gemm'], derivations: ['as-of-month@1'] },
  parts: { golden: 'absent', reference: 'absent', reasons: 'absent' },
};
const golden = { v: 1, tolerance: 1e-4, rows: [{ record: { values: { total_float: 1 }, asOf: 0 }, score: 0.5 }] };

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const digest = async (bytes: Uint8Array) => sha256Hex(bytes);
const open = (changed: object = {}, files: BundleFiles = {}) =>
  openBundle(
    packArchive({ 'model.onnx': model, 'manifest.json': json({ ...manifest, ...changed }), ...files }),
    digest,
  );

describe('a bundle', () => {
  it('opens to its model and what describes it', async () => {
    const parts = { ...manifest.parts, golden: 'given' };
    const bundle = await open({ parts }, { 'golden.json': json(golden) });
    expect(bundle).toMatchObject({ manifest: { ...manifest, parts }, golden, reference: undefined });
    expect(bundle.model).toEqual(model);
  });

  it.each([
    ['another model than its manifest says', {}, { 'model.onnx': new TextEncoder().encode('b model') }, 'model.sha256'],
    ['a longer model than its manifest says', {}, { 'model.onnx': new Uint8Array(8) }, 'model.sizeBytes'],
    ['golden rows that its manifest calls absent', {}, { 'golden.json': json(golden) }, 'parts.golden'],
    ['no reference where one is promised', { parts: { ...manifest.parts, reference: 'given' } }, {}, 'parts.reference'],
  ])('is refused with %s', async (_, changed, files, field) => {
    await expect(open(changed, files)).rejects.toMatchObject({ code: 'bundle_malformed', field });
  });

  it.each(['model.onnx', 'manifest.json'] as const)('is refused without its %s', async (name) => {
    const files: BundleFiles = { 'model.onnx': model, 'manifest.json': json(manifest) };
    delete files[name];
    await expect(openBundle(packArchive(files), digest)).rejects.toMatchObject({
      code: 'bundle_file_missing',
      field: name,
    });
  });

  it.each([
    ['is not JSON', { 'manifest.json': new TextEncoder().encode('{') }, 'manifest.json'],
    ['is not UTF-8', { 'manifest.json': Uint8Array.of(0x22, 0xff, 0x22) }, 'manifest.json'],
    ['has a member too many', { 'manifest.json': json({ ...manifest, extra: 1 }) }, 'manifest.json'],
    ['has no version', { 'manifest.json': json({ ...manifest, version: '1.0' }) }, 'manifest.json.version'],
    [
      'names a line that no topic could hold',
      { 'manifest.json': json({ ...manifest, line: '../x' }) },
      'manifest.json.line',
    ],
    [
      'asks for a class it does not have',
      { 'manifest.json': json({ ...manifest, output: { ...manifest.output, positive: 'late' } }) },
      'manifest.json.output.positive',
    ],
  ])('is refused when its manifest %s, naming the field', async (_, files, field) => {
    await expect(open({}, files)).rejects.toMatchObject({ code: 'manifest_malformed', field });
  });

  it('is refused when its golden rows are malformed, naming file and field', async () => {
    const bad = { ...golden, tolerance: 0 };
    const opening = open({ parts: { ...manifest.parts, golden: 'given' } }, { 'golden.json': json(bad) });
    await expect(opening).rejects.toMatchObject({ code: 'manifest_malformed', field: 'golden.json.tolerance' });
  });
});

describe('the features of a manifest', () => {
  it('stand in the order of the inputs, tensors left out', () => {
    expect(featuresOf(manifest).map(({ name }) => name)).toEqual(['float', 'month', 'trade', 'again']);
  });

  it('draw on each derivation once', () => {
    expect(derivationsOf(manifest)).toEqual(['as-of-month@1']);
  });
});
