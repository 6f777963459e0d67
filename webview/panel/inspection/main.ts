// Entry of the page that "Show in Gradient Lens" opens: the host sends what was found, the page shows it.
import type { FromInspectionPage, ToInspectionPage } from '../../../src/shared/protocol/inspection';
import { connectPage } from '../connectPage';
import { InspectionPage } from './page';
import '../styles/inspection.css';

connectPage<ToInspectionPage, FromInspectionPage>(['inspection'], (root) => {
  const page = new InspectionPage(root);
  return ({ shown }) => page.show(shown);
});

export {};
