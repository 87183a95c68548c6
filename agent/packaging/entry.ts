#!/usr/bin/env node
// One file, two programs: a trial process loads neither the command line nor what talks to a network.
if (process.argv[2] === '--trial') await import('../src/node/models/trial-main.ts');
else await import('../src/node/cli/main.ts');
