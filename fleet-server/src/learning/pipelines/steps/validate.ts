import { z } from 'zod';
import { loadDataset, lookOverApart, type QualityFinding } from '../../datasets/index.ts';
import { PipelineError } from '../errors.ts';
import { defineStep } from './kind.ts';

const share = z.number().min(0).max(1);
const SHOWN = 5;

/** The quality report of a dataset, held against bounds; what makes every figure false always refuses. */
export const validate = defineStep({
  contract: 1,
  inputs: z.strictObject({
    dataset: z.string().describe('NAME@VERSION.'),
    maxWarnings: z.number().int().min(0).optional().describe('Findings of severity warn.'),
    forbid: z.array(z.string().min(1).max(64)).max(50).default([]).describe('Codes of findings, of any severity.'),
    minRows: z.number().int().min(1).optional(),
    minLateShare: share.optional().describe('Of rows with label 1.'),
    maxLateShare: share.optional(),
    maxMissing: share.optional().describe('Of the cells of any one column.'),
  }),
  takes: { dataset: 'dataset' },
  outputs: { dataset: 'dataset', rows: 'number', warnings: 'number', notes: 'number', lateShare: 'number' },
  async run({ deps, say }, { dataset: reference, ...bounds }) {
    const dataset = await loadDataset(deps, reference);
    const { quality: report } = await lookOverApart(dataset);
    const { findings, rows, columns } = report;
    for (const { severity, code, sentence } of findings) say(`${severity} ${code}: ${sentence}`);
    const { baseRate: lateShare } = report.balance.overall;
    const warnings = findings.filter(({ severity }) => severity === 'warn').length;
    const { minRows = 0, minLateShare = 0, maxLateShare = 1, maxMissing = 1, maxWarnings = Infinity } = bounds;
    const sparse = columns.filter(({ missing }) => missing > maxMissing * rows);
    const faults = [
      ...findings.filter((one) => isRefused(one, bounds.forbid)).map(({ code, sentence }) => `${code}: ${sentence}`),
      ...(rows < minRows ? [`${rows} rows, at least ${minRows} are asked for`] : []),
      ...(lateShare < minLateShare || lateShare > maxLateShare
        ? [`${(lateShare * 100).toFixed(1)} % are late, ${minLateShare * 100} to ${maxLateShare * 100} % are asked for`]
        : []),
      ...sparse.map(({ name, missing }) => `'${name}' is missing in ${missing} of ${rows} rows`),
      ...(warnings > maxWarnings ? [`${warnings} warnings, at most ${maxWarnings} are allowed`] : []),
    ];
    if (faults.length > 0) {
      const more = faults.length > SHOWN ? ` And ${faults.length - SHOWN} more.` : '';
      throw new PipelineError('validation_refused', `${faults.slice(0, SHOWN).join('. ')}.${more}`, {
        kind: 'refused',
        field: 'dataset',
        expected: 'rows within the bounds of this step',
      });
    }
    const notes = findings.length - warnings;
    const outputs = { dataset: `${dataset.name}@${dataset.version}`, rows, warnings, notes, lateShare };
    return { outputs, says: `${rows} rows, ${(lateShare * 100).toFixed(1)} % late, ${warnings} warnings` };
  },
});

function isRefused({ severity, code }: QualityFinding, forbidden: readonly string[]): boolean {
  return severity === 'refuse' || forbidden.includes(code);
}
