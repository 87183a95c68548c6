/** Returns the objective at `point` and writes its gradient into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;

/**
 * Minimises a smooth convex function by L-BFGS with a backtracking (Armijo) line search, from the origin or `start`.
 * Stops when no gradient component exceeds `tolerance`, or when no step improves any more.
 * Source: Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 3.1.
 */
export function minimise(objective: Objective, start: Float64Array, tolerance = 1e-7, maxIterations = 500) {
  const size = start.length;
  let point = start.slice();
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const history: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    let length = history.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let trial = point;
    let trialValue = Infinity;
    const trialGradient = new Float64Array(size);
    for (let halving = 0; halving < 40; halving++, length /= 2) {
      trial = point.map((coordinate, index) => coordinate + length * direction[index]!);
      trialValue = objective(trial, trialGradient);
      if (trialValue <= value + 1e-4 * length * slope) break;
    }
    if (!(trialValue < value)) break;
    const step = trial.map((coordinate, index) => coordinate - point[index]!);
    const change = trialGradient.map((component, index) => component - gradient[index]!);
    const curvature = dot(step, change);
    if (curvature > 1e-16) history.push({ step, change, curvature });
    if (history.length > MEMORY) history.shift();
    point = trial;
    gradient = trialGradient;
    value = trialValue;
  }
  return point;
}

function descent(
  gradient: Float64Array,
  history: { step: Float64Array; change: Float64Array; curvature: number }[],
): Float64Array {
  const direction = gradient.map((component) => -component);
  const factors: number[] = [];
  for (const { step, change, curvature } of history.toReversed()) {
    const factor = dot(step, direction) / curvature;
    factors.push(factor);
    for (let index = 0; index < direction.length; index++) direction[index]! -= factor * change[index]!;
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (const { step, change, curvature } of history) {
    const factor = factors.pop()! - dot(change, direction) / curvature;
    for (let index = 0; index < direction.length; index++) direction[index]! += factor * step[index]!;
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
