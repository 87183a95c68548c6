export { openTabletAgent } from '@plumbline/agent/browser';
