const DATABASE = "spanlight";
const VERSION = 2;

/** @typedef {"work"|"drafts"} Shelf documents, and the texts of the box; the keys of both are those of tabs */

/** @param {Shelf} shelf @param {string} key @returns {Promise<any>} undefined if there is none */
export const take = (shelf, key) => act(shelf, "readonly", (store) => store.get(key));

/** Stores a value. Resolves when the browser has committed it. @param {Shelf} shelf @param {string} key @param {any} value */
export const put = (shelf, key, value) => act(shelf, "readwrite", (store) => store.put(value, key));

/** @param {Shelf} shelf @param {string} key */
export const remove = (shelf, key) => act(shelf, "readwrite", (store) => store.delete(key));

/** @param {Shelf} shelf @returns {Promise<string[]>} */
export const keys = (shelf) => act(shelf, "readonly", (store) => store.getAllKeys());

/** @param {Shelf} shelf @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask */
async function act(shelf, mode, ask) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(shelf, mode, { durability: "strict" });
      const asked = ask(transaction.objectStore(shelf));
      transaction.addEventListener("complete", () => resolve(asked.result));
      transaction.addEventListener("abort", () => reject(transaction.error ?? asked.error ?? new Error("the transaction was aborted")));
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, VERSION);
    opening.addEventListener("upgradeneeded", () => {
      // Version 1 had the shelf “work” with one piece of work, which stays where it is.
      for (const shelf of ["work", "drafts"]) if (!opening.result.objectStoreNames.contains(shelf)) opening.result.createObjectStore(shelf);
    });
    opening.addEventListener("success", () => resolve(opening.result));
    opening.addEventListener("error", () => reject(opening.error));
    opening.addEventListener("blocked", () => reject(new Error("another tab holds an old version of the storage open")));
  });
}
