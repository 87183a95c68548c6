export { SeedError, seedFleet, type Seeded, type SeedOptions } from './seed-fleet.ts';
