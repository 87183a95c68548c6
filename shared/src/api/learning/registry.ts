import { z } from 'zod';
import { sealedVariant, trialRow } from '../supply/variant.ts';
import { ms } from '../units.ts';
import { cardFigure } from './card.ts';
import { daysVerdict, scoresVerdict } from './gate.ts';

export const historyBasis = z
  .enum(['said', 'told', 'changing'])
  .describe(
    '`said`: it said so before that time, and nothing speaks against it · `told`: it was told so, and has not been heard to run it by then · `changing`: on the way from one to the other.',
  );

export const deviceAt = z
  .object({
    device: z.string(),
    site: z.string(),
    version: z.string().nullable().describe('Null while it was changing.'),
    between: z
      .tuple([z.string().nullable(), z.string()])
      .nullable()
      .describe('That it was on the way from (null: from nothing), and to.'),
    basis: historyBasis,
    sentence: z.string(),
  })
  .meta({ id: 'DeviceAt' });

export const modelHistoryView = z
  .object({
    line: z.string(),
    at: ms,
    site: z.string().nullable(),
    released: z
      .object({
        version: z.string(),
        publishedAt: ms,
      })
      .nullable()
      .describe('The newest release that was approved by then.'),
    aliases: z.record(z.string(), z.string()).describe('Names as they pointed then.'),
    versions: z
      .array(
        z.object({
          version: z.string(),
          said: z.number(),
          told: z.number(),
        }),
      )
      .describe(
        'How many devices ran each version, the most first; `told` and `changing` ones are not counted as running.',
      ),
    changing: z.number(),
    devices: z.array(deviceAt),
    sentence: z.string(),
    unknown: z.array(z.string()).describe('What the stored facts cannot tell.'),
  })
  .meta({ id: 'ModelHistory' });

export const dataShort = z
  .object({
    name: z.string(),
    version: z.string(),
    rows: z.number().nullable(),
  })
  .meta({ id: 'DataShort' });

export const versionComparisonView = z
  .object({
    line: z.string(),
    versions: z.tuple([z.string(), z.string()]),
    algorithm: z.tuple([z.string(), z.string()]),
    inputs: z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z
        .array(
          z.object({
            feature: z.string(),
            what: z.string(),
            values: z.tuple([z.unknown(), z.unknown()]),
          }),
        )
        .describe('What of a feature is not the same any more.'),
    }),
    data: z.tuple([dataShort.nullable(), dataShort.nullable()]),
    metrics: z
      .array(
        z.object({
          metric: z.string(),
          values: z.tuple([cardFigure.nullable(), cardFigure.nullable()]),
        }),
      )
      .describe('Figures of both cards; they pair only where both were measured on the same data.'),
    sizes: z
      .array(
        z.object({
          variant: z.string(),
          archiveBytes: z.tuple([z.number().nullable(), z.number().nullable()]),
        }),
      )
      .describe('Bytes of the archive, by encoding.'),
    runs: z.tuple([z.string().nullable(), z.string().nullable()]),
    remarks: z.array(z.string()).describe('What the reader should know before reading the figures.'),
  })
  .meta({ id: 'VersionComparison' });

export const lineageKind = z.enum(['version', 'run', 'rollout', 'source', 'dataset']);

export const lineageNode = z
  .object({
    id: z.string().describe('`kind:name`.'),
    kind: lineageKind,
    title: z.string(),
    at: ms.nullable().describe('When it came to be, ms; null where nobody knows.'),
  })
  .meta({ id: 'LineageNode' });

export const lineageEdge = z
  .object({
    from: z.string(),
    to: z.string(),
    what: z.string(),
  })
  .meta({ id: 'LineageEdge', description: '`from` was made into, or led to, `to`.' });

export const lineageView = z.object({
  nodes: z.array(lineageNode),
  edges: z.array(lineageEdge),
});

export const importedReleaseView = z
  .object({
    changes: z.array(z.string()).describe('What cleaning changed in the graph, in words.'),
    gate: z.union([scoresVerdict, daysVerdict]),
    trials: z.array(trialRow),
    declined: z.array(z.string()).describe('Why families of recipes had nothing for this model.'),
    line: z.string(),
    version: z.string(),
    counter: z.number(),
    variants: z.array(sealedVariant),
    document: z.number().describe('Version of the line metadata that the approver is asked to sign.'),
  })
  .meta({ id: 'ImportedRelease' });

export const versionSigner = z.object({
  role: z.enum(['builder', 'approver']),
  keyId: z.string(),
});
