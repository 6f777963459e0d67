// Banners: why the run could not train, that it was cut off, and what else the user should know.
import type { RunView } from '../../../src/shared/protocol/panel';
import { button, element, keepInStep, setHidden } from '../dom';
import { fileName } from '../../../src/shared/charts/format';
import { type IconName, icon } from '../icons';
import type { Frame, PageActions, View } from './view';
import { isCutOff } from './words';

interface Banner {
  key: string;
  kind: 'error' | 'warning' | 'information';
  title: string;
  message: string;
  actions?: { label: string; run: () => void }[];
}

const ICONS: Record<Banner['kind'], IconName> = {
  error: 'error',
  warning: 'warning',
  information: 'information',
};

export class BannersView implements View {
  readonly root = element('section', 'banners', { 'aria-label': 'Messages about the run' });
  private readonly nodes = new Map<string, HTMLElement>();

  constructor(private readonly actions: PageActions) {}

  draw({ state: { view } }: Frame): void {
    const banners = view === undefined ? [] : this.bannersOf(view);
    setHidden(this.root, banners.length === 0);
    keepInStep(
      this.root,
      this.nodes,
      banners,
      (banner) => `${banner.key}\n${banner.message}`,
      (banner) => this.create(banner),
      () => undefined,
    );
  }

  private bannersOf(view: RunView): Banner[] {
    const banners: Banner[] = [];
    const { error } = view;
    const restart = {
      label: 'Restart',
      run: () => this.actions.post({ type: 'action', action: 'restart' }),
    };
    const resume = {
      label: 'Resume',
      run: () => this.actions.post({ type: 'action', action: 'resumeRun' }),
    };
    if (error !== undefined) {
      const line = error.location?.line ?? error.line;
      const file = fileName(error.location?.file ?? view.path);
      banners.push({
        key: 'error',
        kind: 'error',
        title: line === undefined ? 'The run failed' : `The run failed at ${file}:${line}`,
        message: error.message,
        actions: this.errorActions(error.code, line),
      });
    }
    if (isCutOff(view)) {
      banners.push({
        key: 'cut-off',
        kind: 'warning',
        title: 'This run was interrupted',
        message:
          'The page that trained it was closed or reloaded. What was recorded is shown; training does not go on.',
        actions: view.step > 0 ? [resume, restart] : [restart],
      });
    }
    const isLoop = !view.pausable && view.origin !== 'log';
    if (isLoop && view.live && (view.state === 'running' || view.state === 'starting')) {
      const told = view.notices.some((notice) => notice.code === 'never-awaits');
      if (!told) {
        banners.push({
          key: 'never-awaits',
          kind: 'information',
          title: '',
          message:
            'This program trains in a loop that never awaits: it can be stopped but not paused. Await tf.nextFrame() in the loop to make it pausable.',
        });
      }
    }
    for (const notice of view.notices) {
      banners.push({
        key: `notice-${notice.code}`,
        kind: 'information',
        title: '',
        message: notice.message,
      });
    }
    return banners;
  }

  private errorActions(code: string, line: number | undefined): NonNullable<Banner['actions']> {
    const goTo = {
      label: `Go to line ${line ?? 1}`,
      run: () => this.actions.post({ type: 'reveal', target: { error: true } }),
    };
    const useStandIn = {
      label: 'Run on @tensorflow/tfjs instead',
      run: () => this.actions.post({ type: 'action', action: 'useStandIn' }),
    };
    return [
      ...(code === 'tfjs-node-missing' ? [useStandIn] : []),
      ...(line === undefined ? [] : [goTo]),
    ];
  }

  private create(banner: Banner): HTMLElement {
    const text = element('div', 'banner-text');
    if (banner.title !== '') text.append(element('strong', '', {}, banner.title));
    text.append(element('p', '', {}, banner.message));
    const node = element(
      'div',
      `banner banner-${banner.kind}`,
      { role: banner.kind === 'error' ? 'alert' : 'note' },
      icon(ICONS[banner.kind]),
      text,
    );
    for (const { label, run } of banner.actions ?? []) {
      node.append(button('secondary', label, run));
    }
    return node;
  }
}
