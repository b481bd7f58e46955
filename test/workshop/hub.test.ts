/** Learners of a workshop in a real JupyterHub, started from the configuration that docs/teaching.md gives to teachers. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "histobook";
import { hubPrograms } from "../../scripts/jupyter/hub-programs.mjs";
import { startHub, type Learner } from "../../scripts/jupyter/hub.mjs";
import { runNotebook } from "../../scripts/jupyter/learner.mjs";
import { processTrees, proportionalBytes } from "../../scripts/jupyter/memory.mjs";

/** The first call installs JupyterHub; servers start slowly on a busy machine. */
const patience = 600_000;

let folder: string;
let hub: Awaited<ReturnType<typeof startHub>> | undefined;
let learners: Learner[];

beforeAll(async () => {
  const programs = await hubPrograms().catch((error: Error) => error.message);
  if (typeof programs === "string") {
    console.log(`The workshop's tests are skipped: ${programs}`);
    return;
  }
  folder = mkdtempSync(join(tmpdir(), "histobook-hub-"));
  const running = (hub = await startHub(programs, folder, { HISTOBOOK_CORES: "1" }));
  learners = await Promise.all(["ada", "grace"].map((name) => running.learner(name)));
}, patience);
afterAll(async () => {
  await hub?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, patience);

const ofLearner = (name: string, file: string): string => join(folder, "learners", name, file);

test(
  "learners run notebooks 1 and 2 at once, each in a folder and a kernel of their own",
  async ({ skip }) => {
    skip(hub === undefined);
    // With numbers small enough for a test; everything else as the learner runs it.
    const smaller = ({ source }: { source: string }): string =>
      source.replace("choosePreset(preset)", "{ ...choosePreset(preset), patches: { perImage: 6 } }");
    await Promise.all(
      learners.map(async ({ server }) => {
        for (const notebook of ["1-patch-extraction.ipynb", "2-cross-validation.ipynb"]) {
          const { kernel, bytes } = await runNotebook(server, notebook, smaller);
          expect(bytes).toBeGreaterThan(1000);
          kernel.close();
        }
      }),
    );
    for (const { name, pid } of learners) {
      const { patches, folds } = readManifest(ofLearner(name, "study"));
      expect([patches?.parameters.perImage, folds?.parameters.folds]).toEqual([6, 5]);
      // The server and its two kernels.
      const [tree] = processTrees([pid]);
      expect(tree.length).toBeGreaterThanOrEqual(3);
      for (const one of tree) expect(proportionalBytes(one)).toBeGreaterThan(0);
    }
  },
  patience,
);

test(
  "a learner's kernel uses as many cores as the teacher has said",
  async ({ skip }) => {
    skip(hub === undefined);
    const kernel = await learners[0].server.startKernel("cores.ipynb", "histobook");
    const { published } = await kernel.execute("console.log(process.env.HISTOBOOK_CORES, process.cwd());");
    expect(published.map(({ content }) => content.text).join("")).toBe(
      `1 ${ofLearner("ada", "").replace(/\/$/, "")}\n`,
    );
    await kernel.shutDown();
  },
  patience,
);

test(
  "a server that starts again keeps what the learner has changed, and gives what was removed",
  async ({ skip }) => {
    skip(hub === undefined);
    const own = ofLearner("ada", "1-patch-extraction.ipynb");
    const original = readFileSync(ofLearner("ada", "0-start-here.ipynb"), "utf8");
    writeFileSync(own, "mine");
    rmSync(ofLearner("ada", "0-start-here.ipynb"));
    await hub!.restart("ada");
    expect(readFileSync(own, "utf8")).toBe("mine");
    expect(readFileSync(ofLearner("ada", "0-start-here.ipynb"), "utf8")).toBe(original);
    expect(existsSync(ofLearner("grace", "study"))).toBe(true);
  },
  patience,
);
