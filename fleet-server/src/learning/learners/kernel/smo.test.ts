import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standardRows } from '../design.ts';
import { createRandom } from '../random.ts';
import { twoMoons } from '../testing/known-problems.ts';
import { defaultGamma, kernelMatrix } from './kernel-matrix.ts';
import { solveDual } from './smo.ts';

describe('the dual of a support vector machine', () => {
  it('meets the conditions of its minimum, each row within its own bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(0.05, 1, 100), (seed, c) => {
        const random = createRandom(seed);
        const matrix = twoMoons(60, seed);
        const kernel = kernelMatrix(standardRows(matrix), 60, 0.5 + random.unit());
        const bounds = Float64Array.from({ length: 60 }, () => c * random.below(4));
        const { alphas, margins } = solveDual(kernel, matrix.labels, bounds);
        const sides = [...matrix.labels].map((label) => 2 * label - 1);
        const balance = alphas.reduce((sum, alpha, row) => sum + sides[row]! * alpha, 0);
        expect(Math.abs(balance)).toBeLessThan(1e-9 * Math.max(1, c));
        alphas.forEach((alpha, row) => {
          expect(alpha).toBeGreaterThanOrEqual(0);
          expect(alpha).toBeLessThanOrEqual(bounds[row]!);
          if (bounds[row] === 0) return;
          // Below its bound a row lies on its margin or beyond; above zero, on its margin or short of it.
          const beyond = sides[row]! * margins[row]! - 1;
          const broken = Math.max(alpha < bounds[row]! ? -beyond : 0, alpha > 0 ? beyond : 0);
          expect(broken).toBeLessThan(2e-4);
        });
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('by hand: two rows, whose margins are one on either side', () => {
    const kernel = kernelMatrix(Float64Array.of(0, 1), 2, 1);
    const { alphas, bias, margins } = solveDual(kernel, Uint8Array.of(0, 1), Float64Array.of(10, 10));
    // α = 2 / ‖φ(x) − φ(y)‖² = 1 / (1 − e⁻¹).
    for (const alpha of alphas) expect(alpha).toBeCloseTo(1 / (1 - Math.exp(-1)), 6);
    expect(bias).toBeCloseTo(0, 6);
    expect([...margins].map((margin) => Math.round(margin * 1e6) / 1e6)).toEqual([-1, 1]);
  });

  it('leaves rows without a bound unseen and still says where they would lie', () => {
    const matrix = twoMoons(120, 2);
    const kernel = kernelMatrix(standardRows(matrix), 120, 1);
    const bounds = Float64Array.from({ length: 120 }, (_, row) => (row < 80 ? 1 : 0));
    const solved = solveDual(kernel, matrix.labels, bounds);
    expect(solved.alphas.subarray(80).every((alpha) => alpha === 0)).toBe(true);
    for (let row = 80; row < 120; row++) {
      const sum = solved.alphas.reduce(
        (total, alpha, other) => total + (2 * matrix.labels[other]! - 1) * alpha * kernel[row * 120 + other]!,
        solved.bias,
      );
      expect(solved.margins[row]).toBeCloseTo(sum, 6);
    }
  });
});

const SCRIPT = `
import json, sys
import numpy as np
from sklearn.svm import SVC
given = json.load(sys.stdin)
x, y = np.array(given['x']), np.array(given['y'])
print(json.dumps([SVC(C=c, gamma='scale', tol=1e-6).fit(x, y).decision_function(x).tolist() for c in given['c']]))
`;
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import sklearn']).status === 0);

describe('beside scikit-learn', () => {
  it.skipIf(python === undefined)(
    'comes to the same margins (skipped where no python3 has scikit-learn)',
    () => {
      const matrix = twoMoons(150, 4);
      const points = standardRows(matrix);
      const x = Array.from({ length: 150 }, (_, row) => [...points.subarray(2 * row, 2 * row + 2)]);
      const costs = [0.3, 20];
      const input = JSON.stringify({ x, y: [...matrix.labels], c: costs });
      const { stdout } = spawnSync(python!, ['-c', SCRIPT], { input, encoding: 'utf8', env: { OMP_NUM_THREADS: '1' } });
      const theirs = JSON.parse(stdout) as number[][];
      const kernel = kernelMatrix(points, 150, defaultGamma(points, 150, undefined));
      costs.forEach((c, at) => {
        const { margins } = solveDual(kernel, matrix.labels, new Float64Array(150).fill(c));
        margins.forEach((margin, row) => expect(Math.abs(margin - theirs[at]![row]!)).toBeLessThan(2e-3));
      });
    },
    60_000,
  );
});
