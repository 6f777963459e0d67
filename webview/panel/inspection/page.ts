// The page that shows one value of a stopped program: a tensor, a layer with its weights, a model as a table
// of its layers.
import type {
  LayerInspection,
  LayerRow,
  ModelInspection,
  ShownInspection,
} from '../../../src/shared/protocol/inspection';
import { element } from '../dom';
import { formatCount, formatRound, formatValue, plural } from '../../../src/shared/charts/format';
import { createFrameLoop } from '../frameLoop';
import { observeTheme, readTheme, type Theme } from '../paint/theme';
import { TensorCard } from './tensorCard';
import { shapeWords } from './words';

const COLUMNS = ['Layer', 'Class', 'Output', 'Parameters', 'Weights ‖w‖', 'Gradient ‖g‖'];

function layerFacts(layer: LayerInspection): string {
  return [
    layer.className,
    ...(layer.outputShape ? [`output ${shapeWords(layer.outputShape)}`] : []),
    ...(layer.activation === undefined ? [] : [`activation ${layer.activation}`]),
    plural(layer.parameters, 'parameter'),
    ...(layer.trainable ? [] : ['not trainable']),
  ].join(' · ');
}

function modelFacts(model: ModelInspection): string {
  const { className, optimizer, learningRate, loss, parameters, trainableParameters } = model;
  const rate = learningRate === undefined ? '' : ` at ${formatRound(learningRate)}`;
  return [
    className,
    `${plural(parameters, 'parameter')}, ${formatCount(trainableParameters)} trainable`,
    ...(optimizer === undefined ? ['not compiled'] : [`${optimizer}${rate}`]),
    ...(loss === undefined ? [] : [loss]),
  ].join(' · ');
}

function rowOf(row: LayerRow): HTMLElement {
  const norm = (value: number | undefined) => (value === undefined ? '–' : formatValue(value));
  const bad = row.nonFinite > 0;
  const cells = [
    row.className,
    row.outputShape ? shapeWords(row.outputShape) : '–',
    formatCount(row.parameters) + (row.trainable || row.parameters === 0 ? '' : ' (frozen)'),
  ];
  return element(
    'tr',
    '',
    {},
    element('th', '', { scope: 'row' }, row.name),
    ...cells.map((cell) => element('td', '', {}, cell)),
    element(
      'td',
      bad ? 'bad' : '',
      {},
      bad ? `${formatCount(row.nonFinite)} not finite` : norm(row.weightNorm),
    ),
    element('td', '', {}, norm(row.gradientNorm)),
  );
}

function modelTable({ layers, more, step }: ModelInspection): HTMLElement {
  const table = element(
    'table',
    'statistics layers-table',
    {},
    element(
      'caption',
      'table-note',
      {},
      step === undefined
        ? 'Gradients are known of programs that train under Gradient Lens.'
        : `Gradients of step ${step}`,
    ),
    element(
      'thead',
      '',
      {},
      element(
        'tr',
        '',
        {},
        ...COLUMNS.map((column) => element('th', '', { scope: 'col' }, column)),
      ),
    ),
    element('tbody', '', {}, ...layers.map(rowOf)),
  );
  const rest =
    more > 0 ? [element('p', 'table-note', {}, `and ${plural(more, 'layer')} more`)] : [];
  return element('section', 'card inspected wide', { 'aria-label': 'Layers' }, table, ...rest);
}

/** Builds the page anew for each inspection. */
export class InspectionPage {
  private cards: TensorCard[] = [];
  private theme: Theme = readTheme();
  private isStale = true;
  private readonly loop = createFrameLoop(() => this.draw());

  constructor(private readonly root: HTMLElement) {
    observeTheme(() => {
      this.theme = readTheme();
      this.repaint();
    });
    new ResizeObserver(() => this.repaint()).observe(root);
  }

  show({ expression, place, inspection }: ShownInspection): void {
    const invalidate = (): void => this.loop.invalidate();
    const head = (title: string, facts?: string): HTMLElement =>
      element(
        'header',
        'inspection-head',
        {},
        element('h1', '', {}, title),
        element(
          'p',
          'shape-facts',
          {},
          [expression === title ? '' : expression, place === undefined ? '' : `at ${place}`]
            .filter(Boolean)
            .join(' · '),
        ),
        ...(facts === undefined ? [] : [element('p', 'inspection-facts', {}, facts)]),
      );
    const more = (count: number): HTMLElement[] =>
      count > 0 ? [element('p', 'table-note', {}, `and ${plural(count, 'tensor')} more`)] : [];
    let parts: HTMLElement[];
    this.cards = [];
    switch (inspection.kind) {
      case 'tensor': {
        const { tensor } = inspection;
        this.cards = [new TensorCard(tensor, undefined, invalidate)];
        parts = [head(tensor.name ?? expression)];
        break;
      }
      case 'layer': {
        const { layer } = inspection;
        this.cards = layer.weights.map((one) => new TensorCard(one, one.name ?? '', invalidate));
        parts = [head(layer.name, layerFacts(layer))];
        break;
      }
      case 'model':
        parts = [head(inspection.model.name, modelFacts(inspection.model))];
        break;
      case 'tensors':
        this.cards = inspection.tensors.map(
          ({ key, tensor }) => new TensorCard(tensor, key, invalidate),
        );
        parts = [head(expression)];
        break;
      case 'other':
        parts = [head(expression), element('p', 'problem', { role: 'status' }, inspection.message)];
        break;
    }
    const main = element('main', 'cards', {}, ...this.cards.map(({ root }) => root));
    if (inspection.kind === 'model') main.append(modelTable(inspection.model));
    if (inspection.kind === 'layer') main.append(...more(inspection.layer.more));
    if (inspection.kind === 'tensors') main.append(...more(inspection.more));
    if (inspection.kind === 'layer' && inspection.layer.weights.length === 0) {
      main.append(element('p', 'problem', {}, 'This layer has no weights.'));
    }
    this.root.replaceChildren(...parts, main);
    this.repaint();
  }

  private repaint(): void {
    this.isStale = true;
    this.loop.invalidate();
  }

  private draw(): void {
    for (const card of this.cards) card.draw(this.theme, this.isStale);
    this.isStale = false;
  }
}
