import { createHash } from 'node:crypto';
import { TrainingError } from '../errors.ts';
import type { JobAnswers } from '../search/job.ts';
import type { AnswerOf, Job } from '../search/job.ts';
import type { JobPool } from '../search/pool.ts';
import type { SearchSettings } from '../settings.ts';

/** One finished job. */
export interface JournalEntry {
  /** Of the search that it belongs to, see `journalKey`. */
  key: string;
  job: string;
  /** JSON; numbers read back to the bit. */
  answer: unknown;
}

/** Where finished jobs are kept, so that a search which was ended goes on where it was. */
export interface TrialJournal {
  /** All entries that were completely written. */
  read(): Promise<JournalEntry[]>;
  /** Resolves when the entry will survive the end of this process. */
  append(entry: JournalEntry): Promise<void>;
}

/** Raised whenever the same settings would train another model than before. */
const CODE_VERSION = 1;

/** Everything that the answer of a job depends on, but the job itself. */
export function journalKey(settings: SearchSettings): string {
  return createHash('sha256')
    .update(JSON.stringify(['plumbline-search', CODE_VERSION, settings]))
    .digest('hex');
}

/**
 * A pool that answers from the journal what the journal has, and writes down the rest. Refits are made again: a model
 * is as large as all scores together.
 * Throws `journal_differs` when the journal belongs to a search of other settings or another dataset.
 */
export async function journaledPool(pool: JobPool, journal: TrialJournal, key: string, seed: number): Promise<JobPool> {
  const entries = await journal.read();
  const stranger = entries.find((entry) => entry.key !== key);
  if (stranger !== undefined) {
    throw new TrainingError('journal_differs', 'The journal was kept by a search of other settings or other rows.', {
      kind: 'conflict',
      field: 'journal',
      expected: `entries of search ${key.slice(0, 16)}, not of ${stranger.key.slice(0, 16)}; or a new journal`,
    });
  }
  const known = new Map(entries.map(({ job, answer }) => [job, answer]));
  return {
    width: pool.width,
    async run(job) {
      if (job.kind === 'refit') return pool.run(job);
      const name = nameOf(job, seed);
      if (known.has(name)) return read(job, known.get(name));
      const answer = await pool.run(job);
      await journal.append({ key, job: name, answer: write(answer) });
      return answer;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** The gate may draw chance by another seed than the search had. */
function nameOf(job: Exclude<Job, { kind: 'refit' }>, seed: number): string {
  if (job.kind === 'fold') return `fold/${job.member}/${job.fold}/${job.rung}`;
  return `chance/${seed}/${job.index}/${job.members.join(',')}`;
}

function write(answer: JobAnswers[Job['kind']]): unknown {
  return 'scores' in answer ? { ...answer, scores: [...answer.scores] } : answer;
}

function read<J extends Job>(job: J, answer: unknown): AnswerOf<J> {
  if (job.kind !== 'fold') return answer as AnswerOf<J>;
  const { scores, seconds } = answer as { scores: number[]; seconds: number };
  return { scores: Float64Array.from(scores), seconds } as AnswerOf<J>;
}
