// What stands on the page while there is no run.
import { element, setHidden, setText } from '../dom';
import type { Frame, View } from './view';

export class EmptyView implements View {
  readonly root = element('section', 'empty');
  private readonly title = element('h1', 'empty-title');
  private readonly text = element('p');

  constructor() {
    this.root.append(this.title, this.text);
  }

  draw({ state: { known, view } }: Frame): void {
    setHidden(this.root, view !== undefined);
    setText(this.title, known ? 'No run yet' : 'Gradient Lens');
    setText(
      this.text,
      known
        ? 'Right-click a JavaScript or TypeScript file that trains with TensorFlow.js and choose “Train with Gradient Lens”.'
        : 'Waiting for the run…',
    );
  }
}
