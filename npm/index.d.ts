// Types of the module `gradient-lens`: what an experiment module exports, and the data readers
// that Gradient Lens offers while it trains one.
export type * from './experiment';
export * from './readers';
export type * from './samples';
