// What reaches the disk: whole files or none, and pictures that only draw.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExportError } from '../../../src/export/exportError';
import { fileNameOf } from '../../../src/export/fileName';
import { checkPng, checkSvg } from '../../../src/export/pictureFile';
import { writeParts } from '../../../src/export/writeFile';
import { curveGroup } from '../../../src/shared/charts/curveGroups';
import { chartCurves } from '../../../src/shared/charts/curves';
import { linePicture } from '../../../src/shared/charts/linePicture';
import { paletteOf } from '../../../src/shared/charts/palette';
import { exported } from './exported';

describe('files of an export', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-export-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are whole, however many parts they have', async () => {
    const file = path.join(folder, 'whole.csv');
    const parts = Array.from({ length: 20_000 }, (_, i) => `row ${i} ${'x'.repeat(40)}\r\n`);
    await writeParts(file, parts);
    assert.equal(await readFile(file, 'utf8'), parts.join(''));
  });

  it('stay as they were where the writing fails or is given up, and nothing is left beside them', async () => {
    const file = path.join(folder, 'kept.csv');
    await writeFile(file, 'before');
    function* failing(): Generator<string> {
      yield 'x'.repeat(1 << 19);
      throw new RangeError('no more');
    }
    await assert.rejects(writeParts(file, failing()), RangeError);
    const abort = new AbortController();
    function* endless(): Generator<string> {
      for (let i = 0; ; i++) {
        if (i === 3) abort.abort();
        yield 'x'.repeat(1 << 19);
      }
    }
    await assert.rejects(writeParts(file, endless(), abort.signal), { name: 'AbortError' });
    assert.equal(await readFile(file, 'utf8'), 'before');
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('that cannot be written say so', async () => {
    const nowhere = path.join(folder, 'no', 'such', 'folder', 'run.csv');
    await assert.rejects(
      writeParts(nowhere, ['text']),
      (error) => error instanceof ExportError && /cannot be written.*ENOENT/.test(error.message),
    );
  });

  it('are named after the run, whatever that is called', () => {
    assert.equal(fileNameOf('loss of mnist-cnn.model.ts'), 'loss-of-mnist-cnn.model.ts');
    assert.equal(fileNameOf('../../etc/passwd'), 'etc-passwd');
    assert.equal(fileNameOf('Ähre/β:*?"<>|'), 'Ähre-β');
    assert.equal(fileNameOf('...'), 'run');
  });
});

describe('pictures from a page', () => {
  const svg = (): string => {
    const { history } = exported();
    const group = curveGroup(chartCurves(history.curves()), 'loss');
    const options = { width: 400, height: 200, heading: 'A <loss> & "more"', log: false };
    return linePicture(
      group,
      { ...options, smoothing: 0.9, nonFiniteSteps: [3], changes: [9] },
      paletteOf('light'),
    );
  };

  it('that we draw pass', () => {
    assert.doesNotThrow(() => checkSvg(svg()));
  });

  const hostile: [string, (good: string) => string][] = [
    ['a script', (good) => good.replace('</svg>', '<script>alert(1)</script></svg>')],
    ['a handler', (good) => good.replace('<svg ', '<svg onload="alert(1)" ')],
    ['foreign markup', (good) => good.replace('</svg>', '<foreignObject></foreignObject></svg>')],
    ['a link', (good) => good.replace('<g ', '<g href="https://example.com" ')],
    ['a resource', (good) => good.replace(/fill="#[^"]+"/, 'fill="url(https://example.com/#a)"')],
    ['a style', (good) => good.replace('</svg>', '<style>@import "x"</style></svg>')],
    ['an entity', (good) => good.replace('&lt;', '&xxe;')],
    ['a doctype', (good) => `<!DOCTYPE svg [<!ENTITY a "b">]>${good}`],
    ['a comment', (good) => good.replace('</svg>', '<!-- x --></svg>')],
    ['an end too early', (good) => good.slice(0, -6)],
    ['more than one root', (good) => `${good}<script>`],
  ];
  for (const [what, spoil] of hostile) {
    it(`with ${what} are refused`, () => {
      const good = svg();
      const bad = spoil(good);
      assert.notEqual(bad, good);
      assert.throws(() => checkSvg(bad), ExportError);
    });
  }

  it('of a large map are checked in time that grows with their length', () => {
    const long = svg().replace('</svg>', `${'<path d="M0 0h1v1h-1z"/>'.repeat(100_000)}</svg>`);
    assert.doesNotThrow(() => checkSvg(long));
    assert.throws(() => checkSvg(`<svg ${'a '.repeat(200_000)}`), ExportError);
  });

  it('that are no PNG are refused', () => {
    const bytes = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    assert.doesNotThrow(() => checkPng(bytes));
    assert.throws(() => checkPng(bytes.subarray(1)), ExportError);
  });
});
