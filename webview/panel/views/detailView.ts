// The detail of the selected layer: its histogram large, with read-out, for each quantity and tensor;
// how the gradient moved; and every statistic as a number.
import type { LayerInfo } from '../../../src/shared/core/run';
import type { ShownStep } from '../../../src/shared/protocol/panel';
import type { LayerRecord, TensorRecord } from '../../../src/shared/core/stepRecord';
import { button, element, setAttribute, setHidden, setText } from '../dom';
import { fileName, formatCount } from '../../../src/shared/charts/format';
import { historyPicture, summaryPicture } from '../export/pictures';
import { saveButton } from '../export/saveButton';
import { icon } from '../icons';
import { HistogramPlot } from './histogramPlot';
import { HeatPlot } from './heatPlot';
import { parameterCount } from './layerRow';
import {
  QUANTITIES,
  type Quantity,
  layerFacts,
  statisticsTable,
  summaryOf,
} from './statisticsTable';
import type { Frame, PageActions } from './view';

/** What a phase of a step makes in a layer. */
const PHASE_QUANTITIES: Partial<Record<string, Quantity>> = {
  forward: 'activation',
  backward: 'activationGradient',
  update: 'weight',
};

/** The picker's entry for all trainable tensors of the layer together. */
const WHOLE_LAYER = '';

export class DetailView {
  readonly root = element('section', 'detail', { role: 'region' });
  private readonly facts = element('p', 'detail-facts');
  private readonly source: HTMLButtonElement;
  private readonly quantities = element('div', 'tabs', {
    role: 'group',
    'aria-label': 'Quantity',
  });
  private readonly picker = element('select', 'picker', { 'aria-label': 'Tensor' });
  private readonly statistics = element('div', 'detail-statistics');
  private readonly histogram: HistogramPlot;
  private readonly heat: HeatPlot;
  private quantity: Quantity = 'gradient';
  private tensor = WHOLE_LAYER;
  private layer = '';
  private drawn = '';
  private frame: Frame | undefined;
  /** Step and phase of the debugger's stop in the layer. */
  private stop = '';

  constructor(actions: PageActions) {
    this.histogram = new HistogramPlot(() => actions.invalidate());
    this.heat = new HeatPlot(() => actions.invalidate());
    this.histogram.head.append(saveButton('the histogram', actions, () => this.histogramPicture()));
    this.heat.head.append(
      saveButton('the gradient over the steps', actions, () => this.heatPicture()),
    );
    this.source = button('link', 'Go to source', () =>
      actions.post({ type: 'reveal', target: { layer: this.layer } }),
    );
    for (const [key, word] of Object.entries(QUANTITIES)) {
      const tab = button('tab', word, () => {
        this.quantity = key as Quantity;
        actions.invalidate();
      });
      tab.dataset['quantity'] = key;
      this.quantities.append(tab);
    }
    this.picker.addEventListener('change', () => {
      this.tensor = this.picker.value;
      actions.invalidate();
    });
    const close = button(
      'tool',
      'Close the detail (Esc)',
      () => actions.select(undefined),
      icon('close'),
    );
    this.root.append(
      element('div', 'detail-head', {}, this.facts, this.source, close),
      element('div', 'detail-controls', {}, this.quantities, this.picker),
      element('div', 'detail-body', {}, this.histogram.root, this.heat.root, this.statistics),
    );
  }

  draw(frame: Frame, layer: LayerInfo): void {
    if (this.layer !== layer.name) this.bind(layer);
    this.frame = frame;
    const { current, histories, range, version, view } = frame.state;
    this.follow(view?.cursor, layer.name);
    const record = this.recordOf(current?.layers[layer.name], current?.tensors ?? {});
    const drawn = [version, frame.generation, this.quantity, this.tensor, layer.name].join();
    const changed = drawn !== this.drawn;
    this.drawn = drawn;
    this.drawControls(record);
    const summary = record === undefined ? undefined : summaryOf(record, this.quantity);
    const title = this.tensor === WHOLE_LAYER ? layer.name : this.tensor;
    this.histogram.draw(
      this.histogramTitle,
      summary,
      frame,
      changed,
      this.quantity === 'gradient' ? range : undefined,
    );
    this.heat.draw(layer.name, histories.get(layer.name), range, frame, changed);
    if (!changed) return;
    if (record === undefined) {
      setText(this.statistics, 'This layer was not updated in this step.');
      return;
    }
    const facts = element('dl', 'detail-extra');
    for (const [name, value] of layerFacts(record)) {
      facts.append(
        element('div', '', {}, element('dt', '', {}, name), element('dd', '', {}, value)),
      );
    }
    for (const note of this.notesOf(layer)) {
      facts.append(
        element('div', '', {}, element('dt', '', {}, 'From the log'), element('dd', '', {}, note)),
      );
    }
    const step = formatCount(current?.step ?? 0);
    this.statistics.replaceChildren(
      statisticsTable(record, `Statistics of ${title} at step ${step}`),
      facts,
    );
  }

  private get histogramTitle(): string {
    const of = this.tensor === WHOLE_LAYER ? this.layer : this.tensor;
    return `${QUANTITIES[this.quantity]} of ${of}`;
  }

  private histogramPicture() {
    const { current, range } = this.frame?.state ?? {};
    const record = this.recordOf(current?.layers[this.layer], current?.tensors ?? {});
    const summary = record && summaryOf(record, this.quantity);
    if (!this.frame || !summary) return undefined;
    const axis = this.quantity === 'gradient' ? range : undefined;
    return summaryPicture(this.histogramTitle, summary, axis, this.frame);
  }

  private heatPicture() {
    const { frame } = this;
    const history = frame?.state.histories.get(this.layer);
    return frame && history && historyPicture(this.layer, history, frame.state.range, frame);
  }

  /** Where a debugger stops in the layer, what the phase has made is shown: the activation, or δ. */
  private follow(cursor: ShownStep | undefined, layer: string): void {
    const phase = cursor?.layer === layer ? cursor.phase : undefined;
    const isStopped = phase !== undefined;
    setAttribute(this.root, 'data-stopped', isStopped);
    const stop = isStopped ? `${cursor?.step} ${phase}` : '';
    if (stop === this.stop) return;
    this.stop = stop;
    const made = PHASE_QUANTITIES[phase ?? ''];
    if (made !== undefined) this.quantity = made;
  }

  private bind(layer: LayerInfo): void {
    this.layer = layer.name;
    this.tensor = WHOLE_LAYER;
    setAttribute(this.root, 'aria-label', `Detail of ${layer.name}`);
    const options = [
      element('option', '', { value: WHOLE_LAYER }, 'All tensors'),
      ...layer.tensors.map(({ name, shape }) =>
        element(
          'option',
          '',
          { value: name },
          `${shortName(name, layer.name)} [${shape.join(', ')}]`,
        ),
      ),
    ];
    this.picker.replaceChildren(...options);
    const parts = [layer.className, `${formatCount(parameterCount(layer))} parameters`];
    if (layer.activation !== undefined) parts.push(`activation ${layer.activation}`);
    this.facts.replaceChildren(element('strong', '', {}, layer.name), ` ${parts.join(' · ')}`);
    const line = layer.location?.line ?? layer.line;
    setHidden(this.source, line === undefined);
    if (line !== undefined) {
      const file = layer.location === undefined ? 'line ' : `${fileName(layer.location.file)}:`;
      setText(this.source, `${file}${line}`);
    }
  }

  /** How exact the numbers of the shown tensors are, each once. */
  private notesOf({ tensors }: LayerInfo): string[] {
    const shown = tensors.filter(({ name }) => [WHOLE_LAYER, name].includes(this.tensor));
    return [...new Set(shown.flatMap(({ note }) => (note === undefined ? [] : [note])))];
  }

  private recordOf(
    record: LayerRecord | undefined,
    tensors: Record<string, TensorRecord>,
  ): LayerRecord | TensorRecord | undefined {
    return this.tensor === WHOLE_LAYER ? record : tensors[this.tensor];
  }

  /** Quantities that the record lacks cannot be chosen; the gradient is always there. */
  private drawControls(record: LayerRecord | TensorRecord | undefined): void {
    if (record !== undefined && summaryOf(record, this.quantity) === undefined) {
      this.quantity = 'gradient';
    }
    for (const tab of this.quantities.querySelectorAll('button')) {
      const quantity = tab.dataset['quantity'] as Quantity;
      setAttribute(tab, 'aria-pressed', String(quantity === this.quantity));
      tab.disabled = record === undefined || summaryOf(record, quantity) === undefined;
    }
  }
}

/** `kernel` for `dense_1/kernel` of layer `dense_1`. */
function shortName(tensor: string, layer: string): string {
  return tensor.startsWith(`${layer}/`) ? tensor.slice(layer.length + 1) : tensor;
}
