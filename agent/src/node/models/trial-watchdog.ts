const EVERY_MS = 500;
const parent = process.ppid;

/** Runs beside the trial: an agent that was killed must not leave a model behind that computes for ever. */
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
