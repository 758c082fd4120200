/** @param {string} content @param {string} name @param {string} type */
export function download(content, name, type) {
  const address = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, "_");
  link.click();
  // The browser may read the address after the click handler has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
