// Entry of the WebGL probe (a text inside dist/panel.js): a worker of a few lines that looks what
// computes WebGL while the training worker still reads its script. The first context of a browser
// starts its GPU process, which takes a software renderer half a second.
import { probeWebgl } from './backends/webglDevice';

postMessage(probeWebgl());

// By the package's type, a file without exports would be bundled as CommonJS: every module of the
// bundle in a function of its own, parsed twice.
export {};
