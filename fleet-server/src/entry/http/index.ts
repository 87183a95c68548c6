export { createHttpApp } from './app.ts';
export { HttpError, type App } from './edge.ts';
