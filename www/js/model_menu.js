import { byId, make } from "./dom.js";

/**
 * A model that this site offers.
 * @typedef {{name: string, title: string, about: string, address: string}} Model `address` is the address of its folder
 */

/**
 * Reads the list of models.
 * @param {string} base the address of the page
 * @returns {Promise<Model[]>} empty if the list cannot be read
 */
export async function readModels(base) {
  try {
    const response = await fetch(new URL("models/index.json", base), { mode: "same-origin", cache: "no-cache" });
    const { models } = await response.json();
    return models.filter(sound).map(({ name, title, about }) => ({ name, title, about: about ?? "", address: new URL(`models/${name}/`, base).href }));
  } catch {
    return [];
  }
}

const sound = ({ name, title }) => typeof title === "string" && /^[\w-]+$/.test(name);

/** The menu of models. Events: "choose" (detail: a model); "own" (the reader wants to open their own model). */
export class ModelMenu extends EventTarget {
  #select = /** @type {HTMLSelectElement} */ (byId("model"));
  #models = [];
  #current = "";

  constructor() {
    super();
    this.#select.addEventListener("change", () => {
      const model = this.#models.find(({ address }) => address === this.#select.value);
      if (model) this.dispatchEvent(new CustomEvent("choose", { detail: model }));
      else {
        this.#select.value = this.#current;
        this.dispatchEvent(new Event("own"));
      }
    });
  }

  /** @param {Model[]} models @param {string} current address of the model in use */
  show(models, current) {
    this.#models = models.some(({ address }) => address === current) ? models : [...models, { name: "", title: nameOf(current), about: "", address: current }];
    this.#current = current;
    const options = this.#models.map(({ title, about, address }) => make("option", { value: address, title: about, selected: address === current }, title));
    this.#select.replaceChildren(...options, make("option", { value: "own" }, "Your own …"));
    byId("model-about").textContent = this.#models.find(({ address }) => address === current)?.about ?? "";
  }
}

function nameOf(address) {
  if (!URL.canParse(address)) return address;
  const folder = new URL(address).pathname.split("/").at(-2) || "This model";
  try {
    return decodeURI(folder);
  } catch {
    // Not every escape stands for a character.
    return folder;
  }
}
