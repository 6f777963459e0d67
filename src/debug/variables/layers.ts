// Layers in the Variables view: activation, δ, and each tensor with weight and gradient. What the walk has
// not reached is not shown yet.
import { layerExpression, memberExpression } from '../../run/layerExpression';
import type { LayerInfo } from '../../shared/core/run';
import type { TensorRole } from '../../shared/core/recording';
import type { TensorSummary } from '../../shared/core/stepRecord';
import type { Changes } from '../changes/changes';
import { tensorName } from '../expression/names';
import { numberText, textOf, type Value } from '../expression/values';
import type { Entry } from './entry';
import { summaryEntry, tensorEntry } from './tensors';
import type { View } from './view';

const LATER = 'not reached yet in this step';

/** All layers that train. */
export function layerEntries(view: View, changes: Changes): Entry[] {
  return view.run.layers.map((info) => layerEntry(view, info, changes));
}

function layerEntry(view: View, info: LayerInfo, changes: Changes): Entry {
  const expression = layerExpression(info.name);
  const layer = view.record?.layers[info.name];
  const isReached = view.reach(info.name, 'gradient');
  const gradient = layer && isReached ? `  ‖gradient‖ ${numberText(layer.gradient.norm, 4)}` : '';
  const frozen = changes.isTrainable(info.name) ? '' : '  frozen';
  return {
    ...{ name: info.name, value: `${info.className}${gradient}${frozen}`, type: info.className },
    ...{ expression, kind: 'layer' },
    open: { named: () => membersOf(view, info, expression, changes) },
  };
}

function membersOf(view: View, info: LayerInfo, expression: string, changes: Changes): Entry[] {
  const layer = view.record?.layers[info.name];
  const number = (name: string, value: Value): Entry[] =>
    value === undefined
      ? []
      : [{ name, value: textOf(value), type: 'number', expression: `${expression}.${name}` }];
  const isReached = view.reach(info.name, 'gradient');
  return [
    {
      ...{ name: 'trainable', value: String(changes.isTrainable(info.name)), type: 'boolean' },
      set: (text) => changes.setTrainableTo(info.name, text),
    },
    ...(isReached ? number('updateRatio', layer?.updateRatio) : []),
    ...(view.reach(info.name, 'activation')
      ? [
          ...number('deadUnits', layer?.deadUnits),
          ...number('saturatedUnits', layer?.saturatedUnits),
        ]
      : []),
    ...signal(view, info, 'activation', layer?.activation, expression),
    ...signal(view, info, 'delta', layer?.activationGradient, expression),
    ...info.tensors.map((tensor) => variableEntry(view, info, tensor, expression, changes)),
  ];
}

/** The output of a layer, or δ at it; one entry per call. */
function signal(
  view: View,
  info: LayerInfo,
  role: 'activation' | 'delta',
  summary: TensorSummary | undefined,
  of: string,
): Entry[] {
  if (!view.record) return [];
  if (!view.reach(info.name, role === 'delta' ? 'gradient' : 'activation')) {
    return [{ name: role, value: LATER }];
  }
  const calls = view.calls(role, info.name);
  const expression = `${of}.${role}`;
  if (calls.length > 0) {
    return calls.map((tensor) => {
      const name = calls.length > 1 ? `${role}, call ${tensor.call + 1}` : role;
      return tensorEntry(view, tensor, { name, expression });
    });
  }
  return summary ? [summaryEntry(view, summary, { name: role, expression })] : [];
}

function variableEntry(
  view: View,
  info: LayerInfo,
  { name, shape }: LayerInfo['tensors'][number],
  of: string,
  changes: Changes,
): Entry {
  const record = view.record?.tensors[name];
  const expression = memberExpression(of, tensorName(name));
  const one = (
    label: string,
    role: TensorRole,
    summary: TensorSummary | undefined,
    settable?: Changes,
  ): Entry[] => {
    const tensor = view.tensor({ role, name, call: 0 });
    const options = {
      ...{
        name: label,
        expression: `${expression}.${role === 'gradient' ? 'gradient' : 'weight'}`,
      },
      ...(settable && { settable }),
    };
    if (tensor) return [tensorEntry(view, tensor, options)];
    return summary ? [summaryEntry(view, summary, { ...options, shape })] : [];
  };
  return {
    ...{ name: tensorName(name), value: `[${shape.join(', ')}]`, type: 'variable', expression },
    kind: 'tensor',
    open: {
      named: () => [
        ...(view.isUpdated || view.isPast
          ? one('weight', 'weight', record?.weight, view.isPast ? undefined : changes)
          : []),
        ...one(view.isUpdated ? 'weight before' : 'weight', 'previousWeight', undefined),
        ...(view.reach(info.name, 'gradient')
          ? one('gradient', 'gradient', record?.gradient)
          : [{ name: 'gradient', value: LATER }]),
        ...(view.isUpdated && record
          ? [{ name: 'updateRatio', value: numberText(record.updateRatio), type: 'number' }]
          : []),
      ],
    },
  };
}
