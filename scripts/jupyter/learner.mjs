// A learner of a workshop: opens one notebook after the other and runs all cells, and closes none.
const joined = (text) => (Array.isArray(text) ? text.join("") : text);

/**
 * Runs a notebook's cells in order, as Run All does.
 *
 * @param change takes a cell (its tags and source) and gives the source to run
 * @returns the kernel, which stays, and the bytes that its cells have put out
 * @throws Error that names the notebook, the cell and the kernel's complaint
 */
export async function runNotebook(server, path, change = ({ source }) => source) {
  const { cells, metadata } = await server.notebook(path);
  const kernel = await server.startKernel(path, metadata.kernelspec.name);
  let bytes = 0;
  let number = 0;
  for (const cell of cells.filter(({ cell_type }) => cell_type === "code")) {
    number++;
    const source = change({ tags: cell.metadata.tags ?? [], source: joined(cell.source) });
    const { reply, published } = await kernel.execute(source);
    if (reply.status !== "ok")
      throw new Error(`${path}, code cell ${number}: ${reply.ename ?? reply.status}: ${reply.evalue ?? ""}`);
    bytes += published.reduce((sum, { content }) => sum + JSON.stringify(content).length, 0);
  }
  return { kernel, bytes };
}
