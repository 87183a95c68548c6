export * from './agreement.ts';
export * from './decode.ts';
export * from './encode.ts';
export * from './errors.ts';
export * from './input-digest.ts';
export * from './place.ts';
export * from './reasons.ts';
export * from './trial.ts';
