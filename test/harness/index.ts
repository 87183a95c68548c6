export { balance, readBooks, readBooksOf, type Balance, type Books } from './books.ts';
export { enrol, PROFILE, startDevice, type Device } from './device.ts';
export { eventually } from './eventually.ts';
export { createFleet, type FleetOptions, type TestFleet } from './fleet.ts';
export * from './models.ts';
export { readExportedBooks } from './exported-books.ts';
export { bundleProgram } from './one-file.ts';
export { createOperator, SITE, type Operator } from './operator.ts';
export { compile, runProgram, startProgram, type Program } from './program.ts';
