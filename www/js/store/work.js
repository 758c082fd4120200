import { Document, reserveIds } from "../document/document.js";

const DATABASE = "spanlight";
const SHELF = "work";
const KEY = "current";
// Largest size in characters, far below the size at which browsers ask for permission; each annotation counts as WEIGHT.
const MAX_SIZE = 8_000_000;
const WEIGHT = 60;

/**
 * The work in progress as saved in this browser.
 * @typedef {{name: string, rest: string, sentences: import("../document/document.js").Sentence[], choice: object, schema: object, model: {name: string, format: number}|null, read: number}} Work
 */

/** @returns {Promise<Work|null>} */
export async function recall() {
  try {
    return (await request("readonly", (shelf) => shelf.get(KEY))) ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {Work} work
 * @returns {Promise<boolean>} whether the work was saved
 */
export async function keep(work) {
  try {
    if (sizeOf(work) > MAX_SIZE) {
      await forget();
      return false;
    }
    await request("readwrite", (shelf) => shelf.put(work, KEY));
    return true;
  } catch {
    return false;
  }
}

export async function forget() {
  await request("readwrite", (shelf) => shelf.delete(KEY)).catch(() => {});
}

/** The document of saved work. @param {Work} work */
export function revive({ rest, sentences }) {
  const text = sentences.map(({ before, text }) => before + text).join("");
  reserveIds(sentences.reduce((most, sentence) => Math.max(most, highest(sentence), highest(sentence.found)), 0));
  const document = new Document(text + rest);
  document.append(sentences);
  return document;
}

const highest = (findings) => [...(findings?.entities ?? []), ...(findings?.relations ?? [])].reduce((most, { id }) => Math.max(most, id), 0);

function sizeOf({ rest, sentences }) {
  return sentences.reduce((sum, { before, text, entities, relations }) => sum + before.length + text.length + WEIGHT * (entities.length + relations.length), rest.length);
}

/** @param {IDBTransactionMode} mode @param {(shelf: IDBObjectStore) => IDBRequest} act */
async function request(mode, act) {
  const database = await open();
  try {
    return await settled(act(database.transaction(SHELF, mode).objectStore(SHELF)));
  } finally {
    database.close();
  }
}

function open() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(SHELF));
  return settled(opening);
}

const settled = (asked) =>
  new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error));
    asked.addEventListener("blocked", () => reject(new Error("blocked")));
  });
