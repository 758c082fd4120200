/** What is wrong with a file, a record or stored work, in words for the reader: the place, the fault and the remedy. */
export class InputError extends Error {
  name = "InputError";
}

/**
 * The words for an error. The message of an error that no one wrote for readers, such as a TypeError, goes to the console.
 * @param {any} error
 * @returns {string}
 */
export function told(error) {
  if (error instanceof InputError || error?.name === "SpanlightError") return error.message;
  console.error(error);
  return "This page made a mistake and could not finish what you asked for. Your text is kept. Reload the page and try again.";
}
