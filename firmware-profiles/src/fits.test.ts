import { describe, expect, it } from 'vitest';
import { fits, type BundleNeeds, type MisfitCode } from './fits.ts';
import { profileIds, resolveProfile } from './resolve.ts';

const small: BundleNeeds = {
  modelBytes: 1_000_000,
  memoryMb: 40,
  opsets: { '': 21, 'ai.onnx.ml': 5 },
  operators: ['ai.onnx.ml:TreeEnsemble'],
  derivations: ['days-late@1'],
  codec: 'deflate',
  targets: [],
  agentDerivations: ['days-late@1', 'float-used@2'],
  agentVersion: '0.1.0',
};

const refusals: [string, Partial<BundleNeeds>, string, MisfitCode[]][] = [
  ['a model above the size limit', { modelBytes: 40 * 2 ** 20 }, 'modelBytes', ['model_too_large']],
  ['a model that needs more memory than one model may have', { memoryMb: 257 }, 'memoryMb', ['memory_too_small']],
  ['operators newer than the runtime', { opsets: { 'ai.onnx': 27 } }, 'opsets.ai.onnx', ['opset_too_new']],
  ['the same under the empty domain name', { opsets: { '': 27 } }, 'opsets.ai.onnx', ['opset_too_new']],
  ['operators of an unknown domain', { opsets: { 'my.ops': 1 } }, 'opsets.my.ops', ['opset_too_new']],
  [
    'a domain named like a property of every object',
    { opsets: { constructor: 1 } },
    'opsets.constructor',
    ['opset_too_new'],
  ],
  [
    'an operator that no JavaScript runtime can read',
    { operators: ['ai.onnx.ml:ZipMap'] },
    'operators',
    ['operator_refused'],
  ],
  ['a derivation the agent lacks', { derivations: ['days-late@2'] }, 'derivations', ['derivation_missing']],
  ['an unknown codec', { codec: 'zstd' }, 'codec', ['codec_not_accepted']],
  ['a variant made for others', { targets: ['onnxruntime-web', 'raspberry-pi-5'] }, 'targets', ['not_a_target']],
  [
    'an agent outside the range of the profile',
    { agentVersion: '1.0.0' },
    'agentVersion',
    ['agent_version_unsuitable'],
  ],
  ['an agent version that is none', { agentVersion: 'latest' }, 'agentVersion', ['agent_version_unsuitable']],
];

describe('fits', () => {
  it.each([...profileIds])('lets a small tree model run on %s', (id) => {
    expect(fits(resolveProfile(id), small)).toEqual({ fits: true });
  });

  it.each(refusals)('refuses %s, naming the field and the device in a sentence', (_, change, field, codes) => {
    const board = resolveProfile('simatic-iot2050-advanced');
    const answer = fits(board, { ...small, ...change });
    if (answer.fits) throw new Error('it fits');
    expect(answer.reasons.map(({ code }) => code)).toEqual(codes);
    expect(answer.reasons[0]?.field).toBe(field);
    expect(answer.reasons[0]?.sentence).toMatch(/^[A-Z].*SIMATIC IOT2050 Advanced.*\.$/);
  });

  it('accepts a variant made for the engine or for the very profile', () => {
    const board = resolveProfile('raspberry-pi-4');
    expect(fits(board, { ...small, targets: ['onnxruntime-node'] })).toEqual({ fits: true });
    expect(fits(board, { ...small, targets: ['raspberry-pi-4'] })).toEqual({ fits: true });
  });

  it('keeps brotli from tablets', () => {
    const answer = fits(resolveProfile('ipad-10'), { ...small, codec: 'brotli' });
    expect(answer).toMatchObject({ fits: false, reasons: [{ code: 'codec_not_accepted' }] });
  });

  it('counts both slots against the disk, and takes a model that fills them exactly', () => {
    const board = { ...resolveProfile('raspberry-pi-4'), storageMb: 4 };
    expect(fits(board, { ...small, modelBytes: 2 * 2 ** 20 })).toEqual({ fits: true });
    const over = fits(board, { ...small, modelBytes: 2 * 2 ** 20 + 1 });
    expect(over).toMatchObject({ fits: false, reasons: [{ code: 'storage_too_small' }] });
  });

  it('tells every reason at once', () => {
    const answer = fits(resolveProfile('ipad-10'), {
      ...small,
      modelBytes: 2 ** 30,
      codec: 'none',
      agentVersion: '9.0.0',
    });
    if (answer.fits) throw new Error('it fits');
    expect(answer.reasons.map(({ code }) => code)).toEqual([
      'model_too_large',
      'storage_too_small',
      'codec_not_accepted',
      'agent_version_unsuitable',
    ]);
  });
});
