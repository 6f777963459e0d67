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
  /** Absent where wasm needs so little time that WebGL was not asked. */
  webgl?: number;
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
  if (stopped || webgl === undefined) return 'wasm';
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
  const inWasm = inWords(comparison.wasm);
  if (comparison.webgl === undefined) {
    return `WebAssembly trains: ${passOf(comparison)} takes ${inWasm} there, less than ${webgl} takes to be called.`;
  }
  const over = comparison.stopped ? 'over ' : '';
  const inWebgl = `${over}${inWords(comparison.webgl)}`;
  const [here, there] =
    chosen === 'wasm' ? [inWasm, `${inWebgl} in ${webgl}`] : [inWebgl, `${inWasm} in WebAssembly`];
  const subject = chosen === 'wasm' ? 'WebAssembly' : webgl;
  return `${subject} trains: ${passOf(comparison)} takes ${here} there, and ${there}.`;
}

/** The reason for wasm where WebGL is computed in software and not worth a measurement. */
export function explainSoftware(software: string): string {
  return `WebAssembly trains: it has every operation of this model, and WebGL is computed in software here (${software}), which is slower.`;
}

function passOf({ layers, of, rows, batch }: Comparison): string {
  const samples = rows < batch ? `, with ${rows} of ${batch} samples,` : '';
  if (layers >= of) return `a forward pass of this model${samples}`;
  return `a forward pass through ${layers} of the ${of} layers of this model${samples}`;
}

function inWords(ms: number): string {
  return `${ms < 10 ? Math.max(ms, 0.1).toFixed(1) : Math.round(ms)} ms`;
}
