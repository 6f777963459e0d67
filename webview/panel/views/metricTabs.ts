// Tabs that choose the metric whose curves a card shows; they are its title where there are several.
import { button, element, setAttribute, setHidden, setText } from '../dom';
import type { Card } from './card';

export class MetricTabs {
  private readonly root = element('div', 'tabs', { role: 'group', 'aria-label': 'Metric' });
  private names = '';

  constructor(
    private readonly card: Card,
    private readonly choose: (name: string) => void,
  ) {
    card.head.insertBefore(this.root, card.note);
  }

  draw(names: readonly string[], selected: string): void {
    setHidden(this.root, names.length < 2);
    if (this.names !== names.join('\n')) {
      this.names = names.join('\n');
      this.root.replaceChildren(
        ...names.map((name) => {
          const tab = button('tab', name, () => this.choose(name));
          tab.dataset['curve'] = name;
          return tab;
        }),
      );
    }
    for (const tab of this.root.children) {
      const isSelected = tab instanceof HTMLElement && tab.dataset['curve'] === selected;
      setAttribute(tab, 'aria-pressed', String(isSelected));
    }
    // The tabs are the title where there are some; a heading stays for those who jump by headings.
    this.card.title.classList.toggle('visually-hidden', names.length > 1);
    setText(this.card.title, selected === 'loss' ? 'Loss' : selected);
  }
}
