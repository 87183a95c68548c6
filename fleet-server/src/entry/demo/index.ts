export { DemoError, INJECTIONS, parseOptions, type DemoOptions } from './options.ts';
export { runDemo } from './run.ts';
