import { deviceSettings, payload } from '@plumbline/shared/trust';
import { validRange } from 'semver';
import { z } from 'zod';
import { source } from './source.ts';

const kebab = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected kebab-case, such as raspberry-pi-4');
const semverRange = z
  .string()
  .refine((text) => validRange(text) !== null, 'expected a semver range, such as >=1.30.0 <2');
const megabytes = z.number().int().positive();
const opset = z.number().int().positive();

const range = z
  .strictObject({ min: z.number().int().nonnegative(), max: z.number().int().positive() })
  .refine(({ min, max }) => min <= max, 'expected min to be at most max');

/** What loads a model, and the newest operator sets it accepts, by the domain names of ONNX. */
const runtime = z.strictObject({
  engine: z.enum(['onnxruntime-node', 'onnxruntime-web']),
  minVersion: semverRange,
  opsets: z.strictObject({ 'ai.onnx': opset, 'ai.onnx.ml': opset, 'com.microsoft': opset }),
  /** Operators that load but must never be sent, as `domain:Operator`. */
  refusedOperators: z.array(z.strictObject({ operator: z.string().regex(/^[\w.]+:\w+$/), because: z.string().min(1) })),
});

/**
 * One class of devices after its template was merged in. The order of the keys here is the order in the files.
 * `…Mb` are 2^20 bytes, `…Ms` milliseconds.
 */
export const profile = z.strictObject({
  id: kebab,
  vendor: z.string().min(1).max(64),
  name: z.string().min(1).max(128),
  kind: z.enum(['gateway', 'tablet']),
  extends: kebab.optional(),
  /** `tested`: the whole test suite ran on this hardware, as `note` tells. */
  status: z.enum(['tested', 'untested']),
  note: z.string().min(1),
  /** Parts of the model name by which the hardware introduces itself, in lower case; none for a generic class. */
  models: z.array(z.string().regex(/^[^A-Z]{3,}$/, 'expected at least three characters in lower case')),
  arch: z.enum(['x64', 'arm64']),
  os: z.enum(['linux', 'android', 'ipados', 'windows']),
  /** C library of the system, where native parts are linked against one. */
  libc: z.enum(['glibc', 'musl']).optional(),
  runtime,
  agent: semverRange,
  /** Memory of the smallest device of the class. */
  memoryMb: megabytes,
  /** Share of it that one model may take while it runs. */
  memoryForModelMb: megabytes,
  /** Disk for the slots A and B of one model line. */
  storageMb: megabytes,
  maxModelBytes: z.number().int().positive(),
  /** `int8DotProduct`: the engine uses such instructions here, so that int8 is faster and not only smaller. */
  precision: z.strictObject({ float32: z.literal(true), int8DotProduct: z.boolean() }),
  codecs: z.array(payload.shape.codec).min(1),
  link: z.strictObject({ kind: z.enum(['lte', 'wifi', 'ethernet']), monthlyBudgetMb: megabytes }),
  power: z.enum(['mains', 'battery']),
  /** What an assignment may ask of the device; a setting without bounds is not taken over. */
  bounds: z.partialRecord(deviceSettings.keyof(), range),
  sources: z.array(source).min(1),
});

export type Profile = z.infer<typeof profile>;
