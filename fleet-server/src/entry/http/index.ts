export { createHttpApp } from './app.ts';
export { HttpError, type App } from './edge.ts';
export { createTabletApp } from './tablet/index.ts';
export { takesOrigin } from './access/tablet-origins.ts';
