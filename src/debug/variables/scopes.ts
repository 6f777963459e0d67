// The scopes of a stopped training: Step, Layers, Optimizer, Data, Findings.
import type { Finding } from '../../shared/core/finding';
import type { Changes } from '../changes/changes';
import { numberText, textOf } from '../expression/values';
import { phaseWords } from '../walk/phases';
import type { Entry, Opening } from './entry';
import { layerEntries } from './layers';
import { tensorEntry } from './tensors';
import type { View } from './view';

/** A scope; what it holds is made when it is opened. */
export interface ScopeEntry {
  name: string;
  opening: Opening;
  expensive: boolean;
}

/** The scopes of a view, in the order in which they are shown. */
export function scopesOf(view: View, changes: Changes): ScopeEntry[] {
  const scope = (name: string, named: () => Entry[], expensive = false): ScopeEntry => ({
    ...{ name, opening: { named }, expensive },
  });
  return [
    scope('Step', () => stepEntries(view, changes)),
    scope('Layers', () => layerEntries(view, changes)),
    scope('Optimizer', () => optimizerEntries(view, changes)),
    scope('Data', () => dataEntries(view)),
    scope('Findings', () => findingEntries(view)),
  ];
}

function numberEntry(name: string, value: number | undefined, expression = name): Entry[] {
  return value === undefined
    ? []
    : [{ name, value: numberText(value), type: 'number', expression }];
}

function learningRateEntry(view: View, changes: Changes): Entry[] {
  const now = changes.learningRate ?? view.record?.learningRate;
  const recorded = view.recording?.optimizer.numbers['learningRate'];
  const value = view.isPast ? view.record?.learningRate : (now ?? recorded);
  if (value === undefined) return [];
  return [
    {
      ...{ name: 'learningRate', value: numberText(value), type: 'number' },
      expression: 'learningRate',
      ...(!view.isPast && { set: (text: string) => changes.setLearningRate(text) }),
    },
  ];
}

function stepEntries(view: View, changes: Changes): Entry[] {
  const { record, phase } = view;
  const { plan } = view.run;
  const steps = plan.epochs && plan.stepsPerEpoch ? ` of ${plan.epochs * plan.stepsPerEpoch}` : '';
  const epochs = plan.epochs ? ` of ${plan.epochs}` : '';
  const shown = (name: string, value: string): Entry => ({
    ...{ name, value, type: 'number', expression: name },
  });
  return [
    shown('step', `${view.step}${steps}`),
    ...(record?.epoch === undefined ? [] : [shown('epoch', `${record.epoch}${epochs}`)]),
    ...(phase ? [{ name: 'phase', value: phaseWords(phase), type: 'string' }] : []),
    ...(view.reach('', 'loss')
      ? [
          ...numberEntry('loss', record?.loss),
          ...Object.entries(record?.metrics ?? {}).flatMap(([name, value]) =>
            numberEntry(name, value, `metrics.${name}`),
          ),
        ]
      : []),
    ...learningRateEntry(view, changes),
    ...numberEntry('seconds', record?.seconds),
  ];
}

function optimizerEntries(view: View, changes: Changes): Entry[] {
  const { recording } = view;
  const [facts] = view.run.facts;
  const className = recording?.optimizer.className ?? facts?.optimizer.className;
  const numbers = Object.entries(recording?.optimizer.numbers ?? {});
  const { clipNorm } = changes;
  return [
    ...(className === undefined ? [] : [{ name: 'class', value: className, type: 'string' }]),
    ...learningRateEntry(view, changes),
    ...(view.isPast
      ? []
      : [
          {
            ...{ name: 'clipNorm', type: 'number' },
            value: clipNorm === undefined ? 'as configured' : numberText(clipNorm),
            set: (text: string) => changes.setClipNorm(text),
          },
        ]),
    ...numbers
      .filter(([name]) => name !== 'learningRate')
      .flatMap(([name, value]) => numberEntry(name, value, `optimizer.${name}`)),
    // Slots move with the update.
    ...(view.isUpdated
      ? view.ofRole('slot').map((tensor) => tensorEntry(view, tensor, { name: tensor.name }))
      : []),
  ];
}

function dataEntries(view: View): Entry[] {
  const batch = view.ofRole('input', 'label').map((tensor) => {
    const number = Number(tensor.name) + 1;
    return tensorEntry(view, tensor, { name: `${tensor.role} ${number}` });
  });
  const numbers = view.run.facts.flatMap(({ batchSize, samples }): Entry[] => [
    { name: 'batch size', value: String(batchSize), type: 'number' },
    ...(samples === undefined ? [] : [{ name: 'samples', value: String(samples), type: 'number' }]),
  ]);
  return [...batch, ...numbers.slice(0, 2)];
}

function findingEntries(view: View): Entry[] {
  const open = view.run.findings.filter(
    ({ firstStep, closedStep }) => firstStep <= view.step && (closedStep ?? Infinity) > view.step,
  );
  if (open.length === 0) return [{ name: 'none', value: 'nothing was found wrong up to here' }];
  return open.map((finding) => ({
    name: finding.layer === undefined ? finding.rule : `${finding.rule} in ${finding.layer}`,
    ...{ value: finding.message, type: finding.severity },
    open: { named: () => findingMembers(finding) },
  }));
}

function findingMembers({ evidence, firstStep, remedies, reference }: Finding): Entry[] {
  const { measured, threshold, unit, window } = evidence;
  return [
    { name: 'measured', value: `${textOf(measured, 4)} (${unit})` },
    { name: 'threshold', value: textOf(threshold, 4) },
    { name: 'over', value: `${window} steps` },
    { name: 'since step', value: String(firstStep) },
    ...remedies.map(({ title }, i) => ({ name: `remedy ${i + 1}`, value: title })),
    { name: 'reference', value: reference },
  ];
}
