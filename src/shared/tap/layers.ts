// Knows every layer and variable from its construction on: where the user built it, which tensors
// it owns, and which of them are trained.
import {
  activationOf,
  engineOf,
  isPartOf,
  layerPrototypeOf,
  type LayerLike,
  type VariableLike,
} from './internals';
import type { LeftOut } from './leftOut';
import type { Patches } from './patches';
import type { TappedLayer, TfNamespace } from './types';

/** Class name of the pseudo-layer that stands for a bare tf.variable. */
export const VARIABLE_CLASS = 'Variable';

/** A layer that owns tensors. It gets its unique name when it is first trained. */
export interface Owner<Site> extends TappedLayer<Site> {
  /** Rank in the order in which owners got their first weight: the order of the forward pass. */
  order: number;
  /** Class name of the activation is read late, because constructors set it late. */
  layer: LayerLike | undefined;
}

/** Watches the construction of layers and variables. */
export class LayerRegistry<Site extends object> {
  readonly #captureSite: () => Site;
  readonly #onLayers: (layers: TappedLayer<Site>[]) => void;
  readonly #layerSites = new WeakMap<LayerLike, Site>();
  readonly #owners = new WeakMap<LayerLike, Owner<Site>>();
  readonly #ownerOfVariable = new WeakMap<VariableLike, Owner<Site>>();
  readonly #builtPrototypes = new Set<object>();
  /** Layers whose build() runs, outermost first. */
  readonly #building: LayerLike[] = [];
  readonly #trained: Owner<Site>[] = [];
  readonly #names = new Set<string>();
  /** Not trained, by owner: the names of the layers whose training leaves it out. */
  #leftOut = new Map<Owner<Site>, { layers: string[]; tensors: Owner<Site>['tensors'] }>();
  #addingWeight = 0;
  #nextOrder = 0;

  constructor(captureSite: () => Site, onLayers: (layers: TappedLayer<Site>[]) => void) {
    this.#captureSite = captureSite;
    this.#onLayers = onLayers;
  }

  /** Watches the variables of the engine. */
  watchVariables(tf: TfNamespace, patches: Patches): void {
    patches.replace(engineOf(tf), 'makeVariable', (original) => {
      const make = original.bind(engineOf(tf));
      return (value, trainable, name, dtype) => {
        const variable = make(value, trainable, name, dtype);
        if (variable.trainable && this.#addingWeight === 0) {
          this.#ownerOfVariable.set(variable, this.#newOwner(undefined, this.#captureSite()));
        }
        return variable;
      };
    });
  }

  /** Watches the layers of `tf`. */
  watchLayers(tf: TfNamespace, patches: Patches): void {
    const prototype = layerPrototypeOf(tf);
    if (prototype === undefined) return;
    this.#watchConstruction(prototype, patches);
    this.#watchWeights(prototype, patches);
  }

  /** Takes over layers that were built before, in the order of their building: they own their weights. */
  adopt(layers: readonly LayerLike[]): void {
    for (const layer of layers) {
      const isPart = layers.some((outer) => outer !== layer && isPartOf(layer, outer));
      // The layers of a model are in the list themselves.
      if (isPart || 'layers' in layer) continue;
      for (const weight of layer.weights) {
        this.#ownerOfVariable.set(weight.read(), this.#ownerFor(layer));
      }
    }
  }

  /** The owner that a layer's outputs count to; undefined for containers and layers without weights. */
  ownerOfLayer(layer: LayerLike): Owner<Site> | undefined {
    return this.#owners.get(layer);
  }

  /** The owner of a variable that is being trained. A variable met for the first time is its own. */
  ownerOf(variable: VariableLike): Owner<Site> {
    let owner = this.#ownerOfVariable.get(variable);
    if (owner === undefined) {
      owner = this.#newOwner(undefined, undefined);
      this.#ownerOfVariable.set(variable, owner);
    }
    return owner;
  }

  /** The name of a variable's owner; undefined before it was first trained. */
  nameOf(variable: VariableLike): string | undefined {
    const name = this.#ownerOfVariable.get(variable)?.name;
    return name === '' ? undefined : name;
  }

  /** Notes that these variables are trained; reports the list of layers if that is news. */
  markTrained(variables: readonly VariableLike[]): void {
    let changed = false;
    for (const variable of variables) {
      const owner = this.ownerOf(variable);
      if (owner.tensors.some(({ name }) => name === variable.name)) continue;
      owner.tensors.push({ name: variable.name, shape: [...variable.shape] });
      changed = true;
      if (!this.#trained.includes(owner)) this.#enrol(owner, variable);
    }
    if (changed) this.#publish();
  }

  /** Takes the variables that are left out of a training; reports the list of layers. */
  setLeftOut(leftOut: LeftOut): void {
    this.#leftOut = new Map();
    for (const [variable, trained] of leftOut) {
      const owner = this.ownerOf(variable);
      this.#name(owner, variable);
      const entry = this.#leftOut.get(owner) ?? { layers: [], tensors: [] };
      const layers = new Set([
        ...entry.layers,
        ...trained.map((other) => this.nameOf(other) ?? ''),
      ]);
      layers.delete('');
      const tensor = { name: variable.name, shape: [...variable.shape] };
      this.#leftOut.set(owner, { layers: [...layers], tensors: [...entry.tensors, tensor] });
    }
    this.#publish();
  }

  /** A layer of which a part is trained is a trained one. */
  #publish(): void {
    const leftOut = [...this.#leftOut].filter(([owner]) => !this.#trained.includes(owner));
    const listed = [
      ...this.#trained.map((owner) => ({ owner, more: {} })),
      ...leftOut.map(([owner, { layers, tensors }]) => ({
        owner,
        more: { leftOutOf: layers, tensors },
      })),
    ].sort((a, b) => a.owner.order - b.owner.order);
    this.#onLayers(listed.map(({ owner, more }) => ({ ...published(owner), ...more })));
  }

  #enrol(owner: Owner<Site>, variable: VariableLike): void {
    this.#name(owner, variable);
    this.#trained.push(owner);
    this.#trained.sort((a, b) => a.order - b.order);
  }

  /** Names an owner for the records, once; `variable`: one of its own. */
  #name(owner: Owner<Site>, variable: VariableLike): void {
    if (owner.name !== '') return;
    const { layer } = owner;
    if (layer !== undefined) {
      owner.className = classNameOf(layer);
      const activation = activationOf(layer);
      if (activation !== undefined) owner.activation = activation;
      owner.layer = undefined;
    }
    // tfjs names a variable without a name by a bare number.
    const bare = /^\d+$/.test(variable.name) ? `variable_${variable.name}` : variable.name;
    owner.name = this.#unique(layer?.name ?? bare);
  }

  #unique(name: string): string {
    let unique = name;
    for (let n = 2; this.#names.has(unique); n++) unique = `${name}_${n}`;
    this.#names.add(unique);
    return unique;
  }

  #newOwner(layer: LayerLike | undefined, site: Site | undefined): Owner<Site> {
    const order = this.#nextOrder++;
    return { name: '', className: VARIABLE_CLASS, tensors: [], site, order, layer };
  }

  /** The constructor of Layer assigns `_callHook` first: a setter there sees every new layer. */
  #watchConstruction(prototype: LayerLike, patches: Patches): void {
    const sawLayer = (layer: LayerLike): void => {
      this.#layerSites.set(layer, this.#captureSite());
      this.#watchBuild(Object.getPrototypeOf(layer) as LayerLike, prototype, patches);
    };
    patches.define(prototype, '_callHook', {
      get: () => null,
      set(this: LayerLike, value: unknown) {
        const own = { value, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(this, '_callHook', own);
        sawLayer(this);
      },
    });
  }

  /** Wraps the `build` of a class and of its ancestors, once each, to know who builds whom. */
  #watchBuild(from: LayerLike, base: LayerLike, patches: Patches): void {
    const building = this.#building;
    for (let at = from; ; at = Object.getPrototypeOf(at) as LayerLike) {
      if (this.#builtPrototypes.has(at)) return;
      this.#builtPrototypes.add(at);
      if (Object.hasOwn(at, 'build')) {
        patches.replace(at, 'build', (original) => {
          return function build(this: LayerLike, inputShape: unknown): void {
            building.push(this);
            try {
              original.call(this, inputShape);
            } finally {
              building.pop();
            }
          };
        });
      }
      if (at === base) return;
    }
  }

  #watchWeights(prototype: LayerLike, patches: Patches): void {
    const enter = (): number => ++this.#addingWeight;
    const leave = (): number => --this.#addingWeight;
    const own = (layer: LayerLike, variable: VariableLike): void => {
      this.#ownerOfVariable.set(variable, this.#ownerFor(this.#outermost(layer)));
    };
    patches.replace(prototype, 'addWeight', (original) => {
      return function addWeight(this: LayerLike, ...args: unknown[]) {
        enter();
        try {
          const weight = original.apply(this, args);
          own(this, weight.read());
          return weight;
        } finally {
          leave();
        }
      };
    });
  }

  #ownerFor(layer: LayerLike): Owner<Site> {
    let owner = this.#owners.get(layer);
    if (owner === undefined) {
      owner = this.#newOwner(layer, this.#layerSites.get(layer));
      this.#owners.set(layer, owner);
    }
    return owner;
  }

  /** The layer that the user knows: a cell counts to its RNN, a wrapped layer to its wrapper. */
  #outermost(layer: LayerLike): LayerLike {
    let outermost = layer;
    for (let i = this.#building.length - 1; i >= 0; i--) {
      const outer = this.#building[i];
      if (outer === undefined || outer === outermost) continue;
      if (!isPartOf(outermost, outer)) break;
      outermost = outer;
    }
    return outermost;
  }
}

/** A custom layer need not name its class as tfjs asks it to. */
function classNameOf(layer: LayerLike): string {
  const declared: unknown = layer.getClassName();
  return typeof declared === 'string' ? declared : layer.constructor.name;
}

/** The part of an owner that the host of the tap sees. */
function published<Site>(owner: Owner<Site>): TappedLayer<Site> {
  const { name, className, activation, tensors, site } = owner;
  return {
    name,
    className,
    ...(activation === undefined ? {} : { activation }),
    tensors: tensors.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] })),
    site,
  };
}
