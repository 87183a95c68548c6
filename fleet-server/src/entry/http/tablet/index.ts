export { createTabletApp } from './tablet-app.ts';
