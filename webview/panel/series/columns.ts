// Drawn on screen as in exported pictures: see src/shared/charts.
export * from '../../../src/shared/charts/columns';
