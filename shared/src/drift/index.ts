export * from './bins.ts';
export * from './reference.ts';
export * from './window.ts';
export * from './assess.ts';
export * from './chi-square.ts';
