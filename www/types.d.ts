// What the page's modules use beyond the types of the standard library. Only the type check reads this file.

interface Event {
  /** Of a `CustomEvent`; the classes of the page document their events. */
  readonly detail?: any;
}

interface Navigator {
  readonly connection?: { readonly saveData: boolean };
}

interface HTMLTableRowElement {
  /** The item of the page's tables that the row shows. */
  item?: any;
}

// The build puts the sources of the package there.
declare module "*/spanlight/index.js" {
  export const Extractor: typeof import("../package/build/src/index.js").Extractor;
  export type Extractor = import("../package/build/src/index.js").Extractor;
}

// The page's elements are HTML elements, except some that are cast where they are used.
interface UIEvent {
  readonly target: HTMLElement | null;
}

interface Document {
  readonly activeElement: HTMLElement | null;
}

interface ParentNode {
  querySelector(selectors: string): HTMLElement | null;
  querySelectorAll(selectors: string): NodeListOf<HTMLElement>;
}
