// Attach Gradient Lens to this debug session: the program that runs is watched from its next step on.
import type { Command } from './context';

export const attach: Command = ({ jsDebug }) => jsDebug.attach();
