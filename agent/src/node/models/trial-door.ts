/** Door of what tries models in child processes: `@plumbline/agent/trial`. The child's own side is `…/trial/child`. */
export { keepChild, SCRIPT_MB, type KeptChild } from './kept-child.ts';
export { createProcessTrial, type ProcessTrial } from './process-trial.ts';
export type { Answer, ChildFailure, ChildProgram, WatchedChild } from './watched-child.ts';
