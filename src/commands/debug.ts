// Debug with Gradient Lens: a file in VS Code's own JavaScript debugger, with the panels beside it.
import { askFile } from './askFile';
import type { Command } from './context';

export const debug: Command = async ({ jsDebug }, clicked) => {
  const model = await askFile(clicked, 'Choose a program to debug', 'Debug');
  if (model) await jsDebug.debugFile(model);
};
