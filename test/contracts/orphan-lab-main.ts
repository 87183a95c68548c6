import { createModelLab } from '../../fleet-server/src/platform/adapters/index.ts';
import { ENGINES } from '../../fleet-server/src/platform/ports/index.ts';
import { hanging } from '../contracts-agent/models/hostile-models.ts';
import { column } from './lab-models.ts';

/** Starts models that never end on both engines, tells the parent where, and waits to be killed. */
const lab = createModelLab();
const limits = { deadlineMs: 600_000, memoryMb: 256 };
const jobs = ENGINES.map((engine) => ({ engine, model: hanging(), runs: [[column(1)]], ...limits }));
await Promise.all(jobs.map((job) => lab.run({ ...job, runs: [] })));
for (const job of jobs) void lab.run(job);
process.send?.(ENGINES.map((engine) => lab.childPid(engine)));
