/** Attributes, properties and text of an element that `h` makes. */
interface Options {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A new element with its children: all this page needs, and nothing that parses markup. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  options: Options = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (options.class !== undefined) element.className = options.class;
  if (options.text !== undefined) element.textContent = options.text;
  for (const [attribute, value] of Object.entries(options.attributes ?? {})) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}
