// The button that saves a chart: the page draws it as SVG and PNG, the host asks for a place and writes the one that
// was chosen.
import { button } from '../dom';
import { icon } from '../icons';
import type { PageActions } from '../views/view';
import { toPng } from './png';

/** A chart as it is shown now. */
export interface Drawn {
  /** What it shows, for the name of the file: `loss of mnist-cnn.model.ts`. */
  name: string;
  svg: string;
}

async function handOver({ name, svg }: Drawn, actions: Pick<PageActions, 'post'>): Promise<void> {
  actions.post({ type: 'picture', name, svg, png: await toPng(svg) });
}

/**
 * The button for a chart of `subject`; `draw` gives nothing where there is nothing to save yet.
 */
export function saveButton(
  subject: string,
  actions: Pick<PageActions, 'post'>,
  draw: () => Drawn | undefined,
): HTMLButtonElement {
  const save = (): void => {
    const drawn = draw();
    if (drawn === undefined) return;
    handOver(drawn, actions).catch((error: unknown) => {
      actions.post({ type: 'pageError', message: `A picture was not saved: ${String(error)}` });
    });
  };
  return button('tool', `Save a picture of ${subject}`, save, icon('save'));
}
