// Building the document without a framework: elements are made once and then only told what changed.

export type Child = Node | string;

/** Attributes by name; `false` and `undefined` leave one out, `true` sets it empty. */
export type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with a class, attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (className !== '') node.className = className;
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/** Sets or removes an attribute, only where it changes: assistive technology hears of every write. */
export function setAttribute(node: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/** Sets the text, only where it changes: a write costs a layout. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides an element. */
export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden;
}

/** A button of words, or of an icon with `label` as its name and tooltip. */
export function button(
  className: string,
  label: string,
  onClick: () => void,
  ...children: Child[]
): HTMLButtonElement {
  const icon = children.length > 0;
  const node = element(
    'button',
    className,
    { type: 'button', title: icon ? label : undefined, 'aria-label': icon ? label : undefined },
    ...(icon ? children : [label]),
  );
  node.addEventListener('click', onClick);
  return node;
}

/** Fills a container with one child per item, reusing the children that are there. */
export function keepInStep<T, N extends HTMLElement>(
  container: HTMLElement,
  nodes: Map<string, N>,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => N,
  update: (node: N, item: T) => void,
): void {
  const kept = new Set(items.map(keyOf));
  for (const [key, node] of nodes) {
    if (kept.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  items.forEach((item, index) => {
    const key = keyOf(item);
    let node = nodes.get(key);
    if (node === undefined) {
      node = create(item);
      nodes.set(key, node);
    }
    update(node, item);
    const there = container.children[index];
    if (there !== node) container.insertBefore(node, there ?? null);
  });
}
