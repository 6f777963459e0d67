// The worker's channel to the bench. It imports nothing and must be imported first: the runtime's
// scope takes `postMessage` away from whatever runs after it, as it does from user code.

const scope = self as unknown as DedicatedWorkerGlobalScope;
const send = scope.postMessage.bind(scope);

let overhear: ((message: unknown) => void) | undefined;

/** What the runtime tells its host is given to `listener` before it is sent, as it always is. */
export function overhearRuntime(listener: (message: unknown) => void): void {
  overhear = listener;
}

scope.postMessage = (
  message: unknown,
  transfer: Transferable[] | StructuredSerializeOptions = [],
) => {
  overhear?.(message);
  send(message, Array.isArray(transfer) ? { transfer } : transfer);
};

interface Call {
  call: number;
  method: string;
  args: unknown[];
}

type Methods = Record<string, (...args: never[]) => unknown>;

/** Answers the page's calls with `methods`; `onWasm` takes the wasm binary that was asked for. */
export function answer(methods: Methods, onWasm: (binary: ArrayBuffer) => void): void {
  scope.addEventListener(
    'message',
    ({ data }: MessageEvent<Call | { type: 'wasm'; binary: ArrayBuffer }>) => {
      if ('type' in data) onWasm(data.binary);
      else void reply(data, methods);
    },
  );
}

async function reply({ call, method, args }: Call, methods: Methods): Promise<void> {
  try {
    const called = methods[method] as ((...args: unknown[]) => unknown) | undefined;
    if (called === undefined) throw new Error(`The worker has no method ${method}.`);
    send({ answer: call, result: await called(...args) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({ answer: call, error: text });
  }
}
