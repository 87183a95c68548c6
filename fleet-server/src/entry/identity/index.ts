export { readIdentitySettings, type IdentitySettings } from './settings.ts';
