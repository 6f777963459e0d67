// The HTML of our webviews: nothing of the workspace is interpolated, and only our own script runs.
import { randomBytes } from 'node:crypto';

/** One page; addresses are those that the webview may load. */
export interface Page {
  cspSource: string;
  script: string;
  style: string;
  /** What the page may load beyond its script, styles, fonts and images: sources by directive of its policy. */
  allowed?: Readonly<Record<string, string>>;
  /** Attributes of the body, `data-…` by name. */
  data?: Readonly<Record<string, string>>;
}

const escapeAttribute = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** A page whose script fills its element `root`; its policy has a nonce of its own each time. */
export function pageHtml({ cspSource, script, style, allowed = {}, data = {} }: Page): string {
  const nonce = randomBytes(16).toString('base64');
  const sources: Record<string, string> = {
    'default-src': "'none'",
    'script-src': `'nonce-${nonce}'`,
    'style-src': cspSource,
    'img-src': `${cspSource} data:`,
    'font-src': cspSource,
  };
  for (const [directive, more] of Object.entries(allowed)) {
    sources[directive] = [sources[directive] ?? [], more].flat().join(' ');
  }
  const policy = Object.entries(sources).map((entry) => entry.join(' '));
  const attributes = Object.entries(data).map(
    ([name, value]) => ` data-${name}="${escapeAttribute(value)}"`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy.join('; '))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradient Lens</title>
<link rel="stylesheet" href="${escapeAttribute(style)}">
</head>
<body${attributes.join('')}>
<div id="root"></div>
<script nonce="${nonce}" src="${escapeAttribute(script)}"></script>
</body>
</html>
`;
}
