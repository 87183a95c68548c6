import { z } from 'zod';
import { predictionRow } from '../../wire/rows.ts';
import { ms } from '../units.ts';

export const listedPrediction = z
  .object({
    id: z.string().describe('By which it can be audited.'),
    site: z.string(),
    device: z.string(),
    receivedAt: ms,
    prediction: predictionRow.describe('As whoever made it sent it.'),
  })
  .meta({ id: 'ListedPrediction' });

export const predictionPageView = z
  .object({
    predictions: z.array(listedPrediction),
    next: z.string().nullable().describe('Cursor of the page of older ones; null: this is the last.'),
  })
  .meta({ id: 'PredictionPage' });
