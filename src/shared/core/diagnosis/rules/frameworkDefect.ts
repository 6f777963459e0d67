// Framework defect: a known fault of tfjs 4.22 that this model meets. Initializers whose normal weights
// are too small, a backend whose epsilon silences the gradients of badly missed samples, a kernel whose
// gradient is wrong. Worth knowing; a warning where it spoils this very run.
import type { ModelFacts } from '../../facts';
import { missingVariance } from '../defects/missingVariance';
import { coarseEpsilon } from '../defects/coarseEpsilon';
import { wrongUpsampling } from '../defects/wrongUpsampling';
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import type { DiagnosisWindow } from '../window';

/** What speaks for itself before the first step, and the defects that the losses tell. */
type Defect = (window: DiagnosisWindow, facts: ModelFacts) => Statement | undefined;

/** The gravest first. */
const DEFECTS: readonly Defect[] = [wrongUpsampling, missingVariance, coarseEpsilon];

export const frameworkDefect: Rule = {
  id: 'framework-defect',
  reference:
    'tensorflow/tfjs#8594 (variance of the normal initializers), #6980 (epsilon of WebGL); the gradient of ' +
    'UpSampling2D on the cpu backend of tfjs 4.22 against finite differences.',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  lasting: true,
  evaluate(window) {
    const { facts } = window;
    if (!facts) return undefined;
    for (const defect of DEFECTS) {
      const statement = defect(window, facts);
      if (statement) return statement;
    }
    return undefined;
  },
};
