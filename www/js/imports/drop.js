import { make } from "../dom.js";

/**
 * Listens for files dropped anywhere on the page.
 * @param {(files: File[]) => void} onFiles
 */
export function listenDrop(onFiles) {
  const veil = make("div", { className: "veil", hidden: true, ariaHidden: "true" }, make("p", {}, "Drop files to open them"));
  document.body.append(veil);
  const carriesFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) veil.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", async (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles(await filesOf(event.dataTransfer).catch(() => []));
  });
}

/** The dropped files, and the files of dropped folders, but not of their subfolders. @param {DataTransfer} transfer */
export async function filesOf(transfer) {
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some(({ isDirectory }) => isDirectory)) return plain;
  const lists = await Promise.all(entries.map((entry) => (entry.isDirectory ? listOf(entry) : [entry])));
  const files = lists.flat().filter(({ isFile }) => isFile).map((entry) => new Promise((resolve, reject) => entry.file(resolve, reject)));
  return Promise.all(files);
}

/** The entries of a folder, which a browser hands over a hundred at a time. @param {any} folder @returns {Promise<any[]>} */
async function listOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    for (const entry of some) all.push(entry);
  }
}
