import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { addPredictionAudit } from './audit.ts';
import { addBatch } from './batch.ts';
import { addPredictions } from './predictions.ts';
import { addPredict } from './predict.ts';

/** Scores on request, by schedule, and once more. */
export function addScoring(app: App, fleet: Fleet): void {
  addPredict(app, fleet);
  addPredictions(app, fleet);
  addBatch(app, fleet);
  addPredictionAudit(app, fleet);
}
