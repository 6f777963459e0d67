// Debug Training: a model file in the training debugger; a program that needs Node in VS Code's own.
import { askFile } from './askFile';
import type { Command } from './context';

export const debugTraining: Command = async ({ training }, clicked) => {
  const model = await askFile(clicked, 'Choose a model whose training to debug', 'Debug');
  if (model) await training.start(model);
};
