import { adwin } from './adwin.ts';
import type { Detector, DetectorName } from './detector.ts';
import { eDetector } from './e-detector.ts';
import { chi2OfErrors, psiOfErrors } from './error-windows.ts';
import { hddmA } from './hddm-a.ts';
import { pageHinkley } from './page-hinkley.ts';

/** Every detector by its name; the state of one is understood by itself alone. */
export const DETECTORS: Readonly<Record<DetectorName, Detector<object>>> = {
  'hddm-a': hddmA,
  'page-hinkley': pageHinkley,
  adwin,
  'e-detector': eDetector,
  psi: psiOfErrors,
  chi2: chi2OfErrors,
};

export const DETECTOR_NAMES = Object.keys(DETECTORS) as DetectorName[];
