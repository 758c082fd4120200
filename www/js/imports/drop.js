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
    onFiles(await filesOf(event.dataTransfer));
  });
}

/** The dropped files, and the files of dropped folders, but not of their subfolders. @param {DataTransfer} transfer */
async function filesOf(transfer) {
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some(({ isDirectory }) => isDirectory)) return plain;
  const lists = await Promise.all(entries.map((entry) => (entry.isDirectory ? listOf(entry) : [entry])));
  const files = lists.flat().filter(({ isFile }) => isFile).map((entry) => new Promise((resolve, reject) => entry.file(resolve, reject)));
  return Promise.all(files);
}

const listOf = (folder) => new Promise((resolve, reject) => folder.createReader().readEntries(resolve, reject));
