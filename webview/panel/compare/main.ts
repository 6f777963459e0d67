// Entry of the page that compares runs: connects the host's messages with the page.
import type { FromComparePage, ToComparePage } from '../../../src/shared/protocol/compare';
import { connectPage } from '../connectPage';
import { ComparePage } from './page';
import { parseSettings } from './settings';
import '../styles/compare.css';

connectPage<ToComparePage, FromComparePage>(['comparison', 'series', 'histograms'], (root, api) => {
  let settings = parseSettings(api.getState());
  const page = new ComparePage(root, (message) => api.postMessage(message), {
    get: () => settings,
    set: (changed) => {
      settings = changed;
      api.setState(settings);
    },
  });
  return (message) => page.apply(message);
});

export {};
