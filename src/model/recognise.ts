// Does a file train with tfjs, and how: decided by reading it, never by running it.
import { findImports, lineAt } from './imports';
import { maskSource } from './maskSource';
import { isLensModule, isNodeOnly, isTfjs } from './packages';

/** What a source file is to Gradient Lens. */
export interface Recognition {
  /** It uses tfjs (or tfjs-node) or the module `gradient-lens` at run time. */
  usesTfjs: boolean;
  /** It builds or trains something itself: worth a CodeLens. */
  trains: boolean;
  kind: 'program' | 'experiment';
  /** First import that exists only in Node. */
  needsNode?: { specifier: string; line: number };
  /** Line (from 1) of the model, where the CodeLens stands. */
  anchorLine: number;
}

/** Files that can be trained, by extension. */
export const MODEL_EXTENSIONS = /\.[cm]?[jt]sx?$/i;

/** Files that are experiment modules by their name. */
export const EXPERIMENT_NAME = /\.model\.[cm]?[jt]s$/i;

const EXPORTED_MODEL =
  /\bexport\s+(?:const|let|var|(?:async\s+)?function\s*\*?|class)\s+model\b|\bexports\.model\s*=|\bexport\s*\{[^}]*\bmodel\s*[,}]/;
const EXPORTED_DATA =
  /\bexport\s+(?:const|let|var|(?:async\s+)?function\s*\*?)\s+data\b|\bexports\.data\s*=|\bexport\s*\{[^}]*\bdata\s*[,}]/;
const BUILDS_MODEL =
  /\b(?:tf\s*\.\s*)?(?:sequential|model|loadLayersModel)\s*\(|\btf\s*\.\s*variable\s*\(/;
const TRAINS =
  /\.\s*(?:fit|fitDataset|trainOnBatch|minimize|applyGradients)\s*\(|\b(?:variableGrads)\s*\(/;

/** Recognises a file by its name and text. */
export function recognise(fileName: string, source: string): Recognition {
  const mask = maskSource(source);
  const imports = findImports(source, mask).filter((site) => !site.typeOnly);
  const exportsModel = EXPORTED_MODEL.exec(mask);
  const experiment =
    EXPERIMENT_NAME.test(fileName) || (exportsModel !== null && EXPORTED_DATA.test(mask));
  const needsNode = imports.find((site) => isNodeOnly(site.specifier));
  const usesTfjs = imports.some(
    ({ specifier }) =>
      isTfjs(specifier) || isLensModule(specifier) || specifier.startsWith('@tensorflow/tfjs-node'),
  );
  const training = TRAINS.exec(mask);
  const anchor = (experiment ? exportsModel : null) ?? BUILDS_MODEL.exec(mask) ?? training;
  return {
    usesTfjs,
    trains: usesTfjs && (experiment || training !== null),
    kind: experiment ? 'experiment' : 'program',
    ...(needsNode && { needsNode: { specifier: needsNode.specifier, line: needsNode.line } }),
    anchorLine: anchor ? lineAt(source, anchor.index) : (imports[0]?.line ?? 1),
  };
}
