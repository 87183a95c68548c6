export { createDispatcher, type Delivery, type Dispatcher } from './dispatcher.ts';
export { emit } from './emit.ts';
export type { EventOf, FleetEvent, FleetEventType } from './events.ts';
