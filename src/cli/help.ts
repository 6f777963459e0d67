// What `gradient-lens --help` prints.

export const HELP = `Trains a TensorFlow.js file, and tells what is wrong with its gradients.

Usage
  gradient-lens train FILE [options] [-- arguments of the program]

FILE is a program that trains when it runs, or an experiment module
(*.model.ts, *.model.js).

Options
  --steps N              end after N optimizer steps
  --seed S               seed of the run (default 42); it decides the losses
  --backend NAME         node    the program's own tfjs, in a Node process
                         wasm    WebAssembly; cpu: plain JavaScript, slow
                         webgl   headless Chromium, where one is installed
                         default: node where the program needs it; else
                         tfjs-node where it is installed, wasm, cpu
  --set NAME=VALUE ...   hyperparameters of an experiment module
  --json OUT             write state, backend, layers, steps, findings and error
  --sarif OUT            write the findings as SARIF 2.1.0, for code scanning
  --fail-on SEVERITY     error (default), warning or never
  -h, --help             this text
  -v, --version          the version

OUT may be - for standard output; everything else then goes to standard error.

Exit codes
  0    nothing at or above --fail-on is wrong
  1    something is
  2    the file could not be trained, or the command is wrong
  130  stopped by Ctrl-C; what there was is written

Examples
  gradient-lens train digits.model.ts --steps 500
  gradient-lens train digits.model.ts --set units=64 rate=0.01 --fail-on warning
  gradient-lens train train.js --sarif findings.sarif -- --epochs 3
`;
