// Entry of the page of an experiment: the host sends what it knows, the page shows it and passes on what its
// buttons ask for.
import type { FromExperimentPage, ToExperimentPage } from '../../../src/shared/protocol/experiment';
import { connectPage } from '../connectPage';
import { ExperimentPage } from './page';
import '../styles/experiment.css';

connectPage<ToExperimentPage, FromExperimentPage>(['experiment'], (root, api) => {
  const page = new ExperimentPage(root, (message) => api.postMessage(message));
  return ({ shown }) => page.show(shown);
});

export {};
