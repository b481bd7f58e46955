/** The functions that a cell's code calls where it waits; the names can't be a user's by accident. */
export const waitName = "__histobook_wait__";
export const iterateName = "__histobook_iterate__";
