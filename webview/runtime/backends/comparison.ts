// Which backend computes a model faster: what is measured, what follows from it, and the words for it.

/** Forward passes of one model on both backends, as far as both went. Milliseconds. */
export interface Comparison {
  /** Layers that both computed, and layers that the model has. */
  layers: number;
  of: number;
  /** Samples of the pass, and of a training step. */
  rows: number;
  batch: number;
  wasm: number;
  webgl: number;
  /** WebGL was stopped as soon as it was slower: it takes more than `webgl`. */
  stopped: boolean;
}

/** How many times faster the other backend must be than the one that is taken without a measurement. */
const CLEARLY = 1.25;

/** The backend to train on. */
export function decide(
  { wasm, webgl, stopped }: Comparison,
  usual: 'webgl' | 'wasm',
): 'webgl' | 'wasm' {
  if (stopped) return 'wasm';
  if (usual === 'webgl') return wasm * CLEARLY < webgl ? 'wasm' : 'webgl';
  return webgl * CLEARLY < wasm ? 'webgl' : 'wasm';
}

/** The choice and its reason in one plain sentence. */
export function explain(
  chosen: 'webgl' | 'wasm',
  comparison: Comparison,
  device: { renderer: string; software?: string },
): string {
  const webgl = `WebGL (${device.software === undefined ? device.renderer : `software: ${device.software}`})`;
  const over = comparison.stopped ? 'over ' : '';
  const inWasm = inWords(comparison.wasm);
  const inWebgl = `${over}${inWords(comparison.webgl)}`;
  const [here, there] =
    chosen === 'wasm' ? [inWasm, `${inWebgl} in ${webgl}`] : [inWebgl, `${inWasm} in WebAssembly`];
  const subject = chosen === 'wasm' ? 'WebAssembly' : webgl;
  return `${subject} trains: ${passOf(comparison)} takes ${here} there, and ${there}.`;
}

function passOf({ layers, of, rows, batch }: Comparison): string {
  const samples = rows < batch ? `, with ${rows} of ${batch} samples,` : '';
  if (layers >= of) return `a forward pass of this model${samples}`;
  return `a forward pass through ${layers} of the ${of} layers of this model${samples}`;
}

function inWords(ms: number): string {
  return `${ms < 10 ? Math.max(ms, 0.1).toFixed(1) : Math.round(ms)} ms`;
}
