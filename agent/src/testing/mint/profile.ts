import type { Profile } from '@plumbline/firmware-profiles';

/** A gateway that exists in tests. */
export const PROFILE: Profile = {
  id: 'test-gateway',
  vendor: 'test',
  name: 'Test gateway',
  kind: 'gateway',
  status: 'untested',
  note: 'exists in tests',
  models: [],
  arch: 'x64',
  os: 'linux',
  runtime: {
    engine: 'onnxruntime-node',
    minVersion: '>=1.0.0',
    opsets: { 'ai.onnx': 21, 'ai.onnx.ml': 5, 'com.microsoft': 1 },
    refusedOperators: [],
  },
  agent: '>=0.0.1',
  memoryMb: 1024,
  memoryForModelMb: 256,
  storageMb: 512,
  maxModelBytes: 1_000_000,
  precision: { float32: true, int8DotProduct: false },
  codecs: ['none', 'deflate'],
  link: { kind: 'lte', monthlyBudgetMb: 100 },
  power: 'mains',
  bounds: {
    proveRecords: { min: 0, max: 1000 },
    proveTimeoutMs: { min: 0, max: 86_400_000 },
    outboxBytes: { min: 1000, max: 1_000_000_000 },
    windowMs: { min: 1000, max: 86_400_000_000 },
  },
  sources: [{ fields: ['id'], figure: 'made up', title: 'plumbline', retrieved: null }],
};
