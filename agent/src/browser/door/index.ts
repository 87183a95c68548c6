export type * from './site-view.ts';
export type * from './tablet-agent.ts';
