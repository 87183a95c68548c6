import type { GraphPart } from '../export/graph-part.ts';
import { kernelScores } from './kernel-graph.ts';
import { neighboursScores } from './neighbours-graph.ts';
import { networkScores } from './network-graph.ts';
import type { MachineModel } from './scorer.ts';

/** Scores as wide as `signsOf`, pre-processing included. */
export function machineScores(model: MachineModel): GraphPart {
  switch (model.kind) {
    case 'network':
      return networkScores(model);
    case 'kernel':
      return kernelScores(model);
    case 'neighbours':
      return neighboursScores(model);
  }
}
