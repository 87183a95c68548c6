export const MEASURES = ['brier', 'auc', 'accuracy'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_WORDS: Record<Measure, { name: string; better: 'lower' | 'higher' }> = {
  brier: { name: 'Brier score', better: 'lower' },
  auc: { name: 'AUC', better: 'higher' },
  accuracy: { name: 'Accuracy', better: 'higher' },
};
