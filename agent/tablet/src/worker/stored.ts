export { readStoredView } from '@plumbline/agent/browser';
