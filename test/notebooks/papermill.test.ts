/** A researcher's run: a notebook by papermill with another preset and the researcher's own images. */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "histobook";
import { Clients, joined, patience } from "../kernel-clients/clients.js";
import { addCase, rectangle, tissue } from "../study/pictures.js";

let clients: Clients;

beforeAll(async () => {
  clients = await Clients.start();
}, patience);
afterAll(() => clients?.end());

test("folder, preset and scale are the notebook's own once papermill says so", async () => {
  const data = join(clients.folder, "my data");
  mkdirSync(join(data, "images"), { recursive: true });
  for (let patient = 1; patient <= 6; patient++)
    await addCase(data, `P${patient}_1`, tissue(112, 88, patient), rectangle(112, 88, [16, 12, 60, 68]));
  const name = "2-cross-validation.ipynb";
  cpSync(join(__dirname, "..", "..", "notebooks", name), join(clients.folder, name));
  const parameters = ["-p", "folder", "my data", "-p", "preset", "standard", "-p", "workingScale", "0.5"];
  const { status, errors } = await clients.run("papermill", [
    name,
    "mine.ipynb",
    "-k",
    "histobook",
    ...parameters,
  ]);
  expect([status, errors.includes("Passed unknown parameter")]).toEqual([0, false]);
  const injected = clients
    .cells("mine.ipynb")
    .find(({ metadata }) => metadata.tags?.includes("injected-parameters"));
  expect(joined(injected?.source)).toBe(
    '// Parameters\nlet folder: string = "my data";\nlet preset: string = "standard";\nlet workingScale: number = 0.5;\n',
  );
  const { patches, scale, folds } = readManifest(data);
  expect([patches?.parameters.perImage, scale, folds?.parameters.folds]).toEqual([1000, 0.5, 5]);
  expect(Object.keys(patches!.images)).toEqual(["P1_1", "P2_1", "P3_1", "P4_1", "P5_1", "P6_1"]);
  const shown = clients.outputs("mine.ipynb").map((output) => joined(output.data?.["text/plain"] as string));
  expect(shown.join("\n")).toContain("5 folds of 6 patients");
  // What this study can't be asked is said, and stops nothing.
  expect(shown.join("\n")).toContain("found one image a patient");
}, 300_000);
