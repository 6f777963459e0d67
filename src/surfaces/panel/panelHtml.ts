// The page's HTML: nothing of the workspace is interpolated, and only our own script runs.
import { randomBytes } from 'node:crypto';

/** Addresses as the webview may load them. */
export interface PageAddresses {
  cspSource: string;
  script: string;
  style: string;
  /** The training worker's script, and its wasm backend. */
  runtime: string;
  wasm: string;
}

const escapeAttribute = (text: string) =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/**
 * The page. `'wasm-unsafe-eval'` lets the worker, which inherits the policy, compile the wasm
 * backend; the worker itself starts from a blob, the only origin webviews allow for one.
 */
export function panelHtml(addresses: PageAddresses): string {
  const nonce = randomBytes(16).toString('base64');
  const { cspSource } = addresses;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `connect-src ${cspSource} blob:`,
    `style-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradient Lens</title>
<link rel="stylesheet" href="${escapeAttribute(addresses.style)}">
</head>
<body data-runtime-uri="${escapeAttribute(addresses.runtime)}" data-wasm-uri="${escapeAttribute(addresses.wasm)}">
<div id="root"></div>
<script nonce="${nonce}" src="${escapeAttribute(addresses.script)}"></script>
</body>
</html>
`;
}
