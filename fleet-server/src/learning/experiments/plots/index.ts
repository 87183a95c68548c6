export { accuracyBars, type FoldSpread } from './accuracy-bars.ts';
export { calibrationPlot } from './calibration-plot.ts';
export { comparisonPlot } from './comparison-plot.ts';
export { confusionMap } from './confusion-map.ts';
export { precisionRecallPlot, rocPlot, type NamedCurve } from './curve-plots.ts';
export { nativePlot, permutationPlot } from './importance-plot.ts';
export { daysPlot } from './day-plots.ts';
export { learningCurvePlot } from './learning-curve-plot.ts';
export { escapeXml, renderSvg, type Plot } from './svg.ts';
