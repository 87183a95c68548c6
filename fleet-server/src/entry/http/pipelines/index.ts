export { addPipelines } from './pipelines.ts';
export { addPipelineTriggers } from './trigger.ts';
