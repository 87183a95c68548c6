export { keepPreferences, readStoredPage } from '@plumbline/agent/browser';
