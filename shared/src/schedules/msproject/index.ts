export { readMsProject } from './read-ms-project.ts';
