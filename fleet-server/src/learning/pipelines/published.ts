import type { Algorithm } from '../learners/index.ts';

/** A family of the published use case "Schedule Management in Construction Activities", and what runs for it here. */
export interface PublishedFamily {
  algorithm: Algorithm;
  family: string;
  /** Where the family was another program than ours. */
  note?: string;
}

export const PUBLISHED: readonly PublishedFamily[] = [
  { algorithm: 'logistic', family: 'logistic regression' },
  { algorithm: 'decision-tree', family: 'decision tree' },
  { algorithm: 'forest', family: 'random forest' },
  { algorithm: 'linear-svm', family: 'support vector machine, linear' },
  {
    algorithm: 'kernel-svm',
    family: 'support vector machine, kernel',
    note: 'The support vector machine runs with a kernel where the rows are within its limit, and linear on any number.',
  },
  { algorithm: 'knn', family: 'k-nearest neighbours' },
  {
    algorithm: 'boosting',
    family: 'gradient boosting (XGBoost)',
    note: 'Histogram gradient boosting stands for XGBoost: the same second-order boosting of trees, our own program.',
  },
  { algorithm: 'adaboost', family: 'AdaBoost' },
  { algorithm: 'mlp', family: 'multi-layer perceptron' },
];
