// What the command line prints: the live line, the table, the histogram, at any width.
import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { layerTable, type LayerRow } from '../../../src/cli/terminal/layerTable';
import { duration, percent, shortNumber } from '../../../src/cli/terminal/numbers';
import { axisEnds, octaveAxis, octaveRow } from '../../../src/cli/terminal/octaves';
import { progressLine } from '../../../src/cli/terminal/progressLine';
import { Terminal, wantsColour, wrap, type Output } from '../../../src/cli/terminal/terminal';
import { layer, step } from './summaries';

class Screen implements Output {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

const plain = (_style: string, text: string): string => text;

describe('the terminal', () => {
  it('keeps one live line below what stays', () => {
    const screen = new Screen(true);
    const terminal = new Terminal(screen, {});
    terminal.live([{ text: 'step 1' }]);
    terminal.print('a finding');
    terminal.live([{ text: 'step 2' }]);
    terminal.clear();
    const erase = '\r\u001B[2K';
    assert.equal(screen.text, `step 1${erase}a finding\nstep 1${erase}step 2${erase}`);
  });

  it('cuts the live line to the width, styles not counted', () => {
    const screen = new Screen(true, 40);
    const parts = [{ text: 'x'.repeat(30), style: 'strong' as const }, { text: 'y'.repeat(30) }];
    new Terminal(screen, {}).live(parts);
    const shown = stripVTControlCharacters(screen.text);
    assert.equal(shown, `${'x'.repeat(30)}${'y'.repeat(8)}…`);
    assert.ok(screen.text.includes('\u001B[1m'));
  });

  it('is plain without a terminal: no live line, no colours', () => {
    const screen = new Screen(false);
    const terminal = new Terminal(screen, {});
    terminal.live([{ text: 'step 1' }]);
    terminal.print(terminal.style('error', 'error'));
    assert.equal(screen.text, 'error\n');
  });

  it('colours on a terminal only, and not against NO_COLOR', () => {
    const [tty, pipe] = [new Screen(true), new Screen(false)];
    assert.equal(wantsColour(tty, {}), true);
    assert.equal(wantsColour(tty, { NO_COLOR: '1' }), false);
    assert.equal(wantsColour(tty, { TERM: 'dumb' }), false);
    assert.equal(wantsColour(pipe, {}), false);
    assert.equal(wantsColour(pipe, { FORCE_COLOR: '1' }), true);
    assert.equal(wantsColour(tty, { FORCE_COLOR: '0' }), false);
  });

  it('wraps prose at words', () => {
    assert.deepEqual(wrap('one two three  four', 9), ['one two', 'three', 'four']);
    assert.deepEqual(wrap('incomprehensibilities it is', 9), ['incomprehensibilities', 'it is']);
  });

  it('writes numbers short, and never hides a NaN or a zero', () => {
    assert.deepEqual(
      [0, 0.2134, 31.44, 12345, 1.234e-7, 1e9, NaN, -Infinity, undefined].map((x) =>
        shortNumber(x),
      ),
      ['0', '0.213', '31.4', '12,345', '1.23e-7', '1.00e9', 'NaN', '-Infinity', '–'],
    );
    assert.deepEqual([0, 0.004, 0.5, 0.996, 1, undefined].map(percent), [
      ...['0%', '<1%', '50%', '>99%', '100%', '–'],
    ]);
    assert.deepEqual([0.44, 12.4, 187, 3765].map(duration), ['0.4 s', '12 s', '3:07', '1:02:45']);
  });
});

describe('histograms as text', () => {
  // 2^-4, 2^-3 (three times), 2^-1 and its negative.
  const { gradient } = layer([0.0625, 0.125, 0.13, 0.14, 0.5, -0.5, 0]);

  it('show each octave as high as its share of the fullest one', () => {
    const axis = octaveAxis([gradient], 48);
    assert.deepEqual(axisEnds(axis), [0.0625, 1]);
    assert.equal(octaveRow(gradient, axis), '▃█ ▆');
  });

  it('join octaves where there is no room, on one axis for all layers', () => {
    const small = layer([2 ** -20, 2 ** -19]).gradient;
    const axis = octaveAxis([gradient, small], 10);
    assert.equal(axis.perColumn, 2);
    assert.equal(octaveRow(small, axis), `█${' '.repeat(9)}`);
    assert.match(octaveRow(gradient, axis), /^ {8}█▄$/);
  });

  it('are empty for a gradient of zeros', () => {
    const zeros = layer([0, 0]).gradient;
    assert.equal(octaveRow(zeros, octaveAxis([zeros], 20)).trim(), '');
  });
});

describe('the table of layers', () => {
  const rows = (count: number): LayerRow[] =>
    Array.from({ length: count }, (_, i) => ({
      name: `dense_Dense${i + 1}`,
      line: 7,
      record: layer(Array.from({ length: 200 }, (_, j) => 2 ** -((i % 20) + (j % 9)))),
    }));

  for (const width of [60, 80, 120, 200]) {
    it(`fits ${width} columns`, () => {
      const lines = layerTable(rows(11), width, plain);
      assert.equal(lines.length, 12);
      for (const line of lines) assert.ok(line.length <= width, `${line.length}: ${line}`);
      assert.match(lines[1]!, /^dense_Dense1 .*█/);
    });
  }

  it('says what is not finite, and leaves out columns that say nothing', () => {
    const [head, row] = layerTable([{ name: 'w', record: layer([NaN, 1], [NaN]) }], 80, plain);
    assert.doesNotMatch(head!, /line|dead|satur/);
    assert.match(row!, /^w +NaN +NaN +NaN/);
  });

  it('shows both ends of a long list and says how many are between', () => {
    const lines = layerTable(rows(200), 80, plain);
    assert.equal(lines.length, 62);
    assert.match(lines[41]!, /140 more layers/);
    assert.match(lines.at(-1)!, /^dense_Dense200 /);
  });

  it('shortens long names in the middle', () => {
    const name = `block_1/${'sub/'.repeat(20)}kernel`;
    const [, row] = layerTable([{ name, record: layer([1]) }], 80, plain);
    assert.match(row!, /^block_1.*….*kernel/);
    assert.ok(row!.length <= 80);
  });
});

describe('the progress line', () => {
  const text = (width: number, rest = {}): string =>
    progressLine(
      {
        record: step(
          1240,
          { a: layer([3e-7]), b: layer([0.5]) },
          { loss: 0.21345, epoch: 3, metrics: { acc: 0.91, val_acc: 0.8 } },
        ),
        epochs: 10,
        stepsPerEpoch: 500,
        stepsPerSecond: 214,
        ...rest,
      },
      width,
    )
      .map((part) => part.text)
      .join('');

  it('has step, epoch, loss, metrics, range of gradients, speed and time left', () => {
    assert.equal(
      text(120),
      'step 1,240/5,000  epoch  3/10  loss 0.2135  acc 0.910  ‖g‖ 3.0e-7 … 0.50  214 steps/s  18 s left',
    );
    assert.match(text(120, { maxSteps: 2000 }), /1,240\/2,000 .* 3\.6 s left/);
  });

  it('leaves out what matters least where it is narrow', () => {
    assert.equal(text(63), 'step 1,240/5,000  epoch  3/10  loss 0.2135  ‖g‖ 3.0e-7 … 0.50');
    assert.equal(text(40), 'step 1,240/5,000  loss 0.2135');
  });

  it('says what is not finite', () => {
    const record = step(1, { a: layer([NaN]) }, { loss: NaN });
    const parts = progressLine({ record }, 80);
    assert.equal(parts.map((part) => part.text).join(''), 'step 1  loss NaN  ‖g‖ NaN');
    assert.equal(parts.find((part) => part.text === 'loss NaN')?.style, 'error');
  });
});
