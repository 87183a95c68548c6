import type { KernelModel, NeighboursModel, NetworkModel } from '../fitted-model.ts';
import { checkFinite, checkValues, invalid } from './refuse.ts';
import type { MachineModel } from './scorer.ts';
import { FARTHEST } from './standard-row.ts';

/** @param width of the design matrix. @throws {OnnxError} onnx_fitted_invalid naming the field */
export function checkMachine(model: MachineModel, width: number): void {
  if (model.columns.sets !== undefined)
    throw invalid('columns.sets', `are of a ${model.kind} model`, 'sets in trees only');
  switch (model.kind) {
    case 'network':
      return checkNetwork(model, width);
    case 'kernel':
      return checkKernel(model, width);
    case 'neighbours':
      return checkNeighbours(model, width);
  }
}

function checkNetwork({ layers }: NetworkModel, width: number): void {
  let inputs = width;
  layers.forEach(({ weights, bias }, index) => {
    if (bias.length === 0) throw invalid(`layers[${index}].bias`, 'has no values', 'at least one unit');
    checkValues(`layers[${index}].weights`, weights, bias.length * inputs);
    checkValues(`layers[${index}].bias`, bias, bias.length);
    inputs = bias.length;
  });
  const last = layers.at(-1)?.bias.length;
  if (last !== 1) throw invalid('layers', `end in ${last ?? 'no'} units`, 'a last layer of one unit');
}

function checkKernel({ gamma, vectors, coefficients, bias }: KernelModel, width: number): void {
  if (!(gamma > 0 && Number.isFinite(gamma))) throw invalid('gamma', `is ${gamma}`, 'a finite number above 0');
  if (coefficients.length === 0) throw invalid('coefficients', 'has no values', 'at least one vector');
  checkValues('coefficients', coefficients, coefficients.length);
  checkVectors(vectors, coefficients.length, width);
  checkFinite('bias', bias);
}

function checkNeighbours({ k, vectors, targets, rowWeights, line }: NeighboursModel, width: number): void {
  if (!(Number.isInteger(k) && k >= 1)) throw invalid('k', `is ${k}`, 'an integer from 1');
  if (targets.length === 0) throw invalid('targets', 'has no values', 'at least one row');
  checkValues('targets', targets, targets.length);
  checkVectors(vectors, targets.length, width);
  if (rowWeights !== undefined) {
    checkValues('rowWeights', rowWeights, targets.length);
    const light = rowWeights.findIndex((weight) => weight <= 0);
    if (light >= 0) throw invalid(`rowWeights[${light}]`, `is ${rowWeights[light]}`, 'a weight above 0');
  }
  if (line === undefined) return;
  checkFinite('line.slope', line.slope);
  checkFinite('line.intercept', line.intercept);
}

function checkVectors(vectors: Float64Array, count: number, width: number): void {
  checkValues('vectors', vectors, count * width);
  const far = vectors.findIndex((value) => Math.abs(value) > FARTHEST);
  if (far >= 0) throw invalid(`vectors[${far}]`, `is ${vectors[far]}`, `a standardised value within ±${FARTHEST}`);
}
