// The HTML of our webviews: what may run and load in them, and that nothing breaks out of an attribute.
import assert from 'node:assert/strict';
import { pageHtml } from '../../../src/platform/pageHtml';
import { panelHtml } from '../../../src/surfaces/panel/panelHtml';

const ADDRESSES = {
  cspSource: 'https://csp',
  script: 'https://s/panel.js?a=1&b="2"',
  style: 'https://s/panel.css',
};

/** The policy of a page, by directive. */
function policyOf(html: string): Record<string, string> {
  const content = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const text = content.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return Object.fromEntries(
    text.split('; ').map((one) => [one.split(' ', 1)[0]!, one.slice(one.indexOf(' ') + 1)]),
  );
}

const nonceOf = (html: string) => /'nonce-([^']+)'/.exec(policyOf(html)['script-src'] ?? '')?.[1];

for (const [name, html] of [
  ['a page', () => pageHtml(ADDRESSES)],
  [
    'the panel',
    () => panelHtml({ ...ADDRESSES, runtime: 'https://s/r.js', wasm: 'https://s/"x.wasm' }),
  ],
] as const) {
  describe(`the HTML of ${name}`, () => {
    it('lets only its own script run, with a nonce of its own each time', () => {
      const page = html();
      assert.equal(policyOf(page)['default-src'], "'none'");
      assert.doesNotMatch(JSON.stringify(policyOf(page)), /unsafe-inline|'unsafe-eval'/);
      assert.ok(page.includes(`<script nonce="${nonceOf(page)}" src=`));
      assert.notEqual(nonceOf(page), nonceOf(html()));
      assert.ok((nonceOf(page) ?? '').length >= 20);
    });

    it('escapes addresses', () => {
      assert.ok(html().includes('src="https://s/panel.js?a=1&#38;b=&#34;2&#34;"'));
    });
  });
}

it('the panel may start its worker, a page without one may not', () => {
  const page = panelHtml({ ...ADDRESSES, runtime: 'https://s/r.js', wasm: 'https://s/"x.wasm' });
  const { 'script-src': script, ...others } = policyOf(page);
  assert.match(script!, /^'nonce-[^']+' 'wasm-unsafe-eval'$/);
  assert.deepEqual(others, {
    'default-src': "'none'",
    'style-src': 'https://csp',
    'img-src': 'https://csp data: blob:',
    'font-src': 'https://csp',
    'worker-src': 'blob:',
    'connect-src': 'https://csp blob:',
  });
  assert.ok(
    page.includes('<body data-runtime-uri="https://s/r.js" data-wasm-uri="https://s/&#34;x.wasm">'),
  );
  const plain = policyOf(pageHtml(ADDRESSES));
  assert.deepEqual([plain['worker-src'], plain['connect-src']], [undefined, undefined]);
  assert.match(plain['script-src']!, /^'nonce-[^']+'$/);
});
