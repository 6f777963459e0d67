// The buttons of a panel. A run of this session obeys its commands; of one that was read back from
// disk only its model is left, which can be trained again.
import { messageOf } from '../model/modelError';
import { rememberStandIn } from '../platform/nodeSettings';
import type { FromPanel, PanelAction } from '../shared/protocol/panel';
import type { ShownRun } from '../surfaces/panel/shownRun';
import type { RemedyReference } from '../surfaces/remedies';
import type { CommandContext } from './context';
import { runCommand } from './index';

/** Does what a button of the panel asks for. */
export async function panelAction(
  context: CommandContext,
  shown: ShownRun,
  action: PanelAction,
): Promise<void> {
  const isForAll = ['showOutput', 'exportRun', 'resumeRun'].includes(action);
  if (context.registry.byId(shown.id) || isForAll) {
    await runCommand(action, context, shown.id);
    return;
  }
  if (action !== 'restart' && action !== 'useStandIn') return;
  const { requestedBackend: backend = 'auto', seed, maxSteps, hyperparameters } = shown.view();
  try {
    if (action === 'useStandIn') await rememberStandIn();
    await context.trainer.restart(shown.model, {
      seed,
      backend,
      ...(maxSteps !== undefined && { maxSteps }),
      ...(hyperparameters && { hyperparameters }),
    });
  } catch (error) {
    context.tell(messageOf(error));
  }
}

/** Carries out, or tries, the remedy behind a button of the panel. */
export async function runRemedy(
  context: CommandContext,
  shown: ShownRun,
  { verb, finding: index, remedy: which }: Extract<FromPanel, { type: 'remedy' }>,
): Promise<void> {
  const finding = shown.view().findings[index];
  const remedy = finding?.remedies[which];
  if (!finding || !remedy) return;
  const { rule, layer } = finding;
  const reference: RemedyReference = {
    ...{ run: shown.id, rule, remedy: remedy.id },
    ...(layer !== undefined && { layer }),
  };
  await runCommand(verb === 'apply' ? 'applyRemedy' : 'verifyRemedy', context, reference);
}
