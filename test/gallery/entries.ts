import type { DrawnViewName } from "histobook/payloads";
import type { Locator } from "playwright-core";

/** One view of the gallery. */
export interface GalleryEntry {
  view: DrawnViewName;
  title: string;
  /** What a reader sees, in a few sentences. */
  words: string;
  /** The notebook's cell that makes it; `study` is open, and the cells above have run. */
  cell: string;
  /** What is done in the view before its picture is taken. */
  act?: (view: Locator) => Promise<void>;
}

/** All views that are drawn, in the order of the tutorial's steps; a new view is one entry here. */
export const galleryEntries: readonly GalleryEntry[] = [
  {
    view: "cases",
    title: "Cases",
    words:
      "Every image with the outline of its mask, its patient, size and magnification, and what is wrong with those that can't be used.",
    cell: "await showCases(study, { limit: 8 })",
  },
  {
    view: "patch-grid",
    title: "Patch grid",
    words:
      "All patches of step 1 to scroll, filter, sort and select, with the balance of the classes; a click shows where a patch lies on its image. What is selected reaches the notebook.",
    cell: "await makePatches(study, preset.patches);\nawait showPatches(study)",
    act: (view) => view.getByRole("listbox").waitFor(),
  },
  {
    view: "fold-summary",
    title: "Fold summary",
    words:
      "Which patient trains, helps to choose the threshold or is tested in each fold, and a verdict in plain words on leaks. A cell tells its lists under the pointer or the focus.",
    cell: "showFolds(await makeFolds(study, preset.folds))",
    act: (view) => view.getByRole("columnheader", { name: "fold 2" }).hover(),
  },
  {
    view: "database-summary",
    title: "Database summary",
    words:
      "What a fold's databases hold, which patches are missing or can't be read, and what subtracting the mean image does to a patch that you choose.",
    cell: "await makeDatabases(study);\nawait showDatabase(study, 2)",
  },
  {
    view: "training-curve",
    title: "Training curve",
    words:
      "Loss, accuracy, learning rate and speed of all folds while the cell runs, with the time that is left and a button that stops the training with a snapshot.",
    cell: "await trainAndShow(study, preset.training);",
    act: (view) => view.locator(".js-plotly-plot").waitFor(),
  },
  {
    view: "network",
    title: "Network",
    words:
      "The layers with their shapes and learned values, the part of a patch that one value of a layer sees, and the first layer's filters once it is trained.",
    cell: "await showNetwork(study, 2)",
    act: (view) => view.getByRole("rowheader", { name: "conv2", exact: true }).hover(),
  },
  {
    view: "probability-map",
    title: "Probability map",
    words:
      "The image, the pathologist's outline and the probability of epithelium in one picture, with a threshold that you move and can send to the kernel.",
    cell: `await output(study.directory, preset.output);\nawait showMap(study, "GT2014848_1001")`,
  },
  {
    view: "evaluation",
    title: "Evaluation",
    words:
      "Each held-out patient's F-score, the confusion matrix, the F-score at every threshold with the band in which it would lie with other patients, calibration, and the images that went worst.",
    cell: "await showEvaluation(await evaluate(study), study)",
    act: (view) => view.locator(".js-plotly-plot").nth(1).waitFor(),
  },
];

/** Where a view's picture lies, relative to docs/. */
export function pictureOf(view: DrawnViewName): string {
  return `images/gallery/${view}.webp`;
}

/** The page, before Prettier. */
export function galleryPage(): string {
  const parts = galleryEntries.map(
    ({ view, title, words, cell }) =>
      `## ${title}\n\n${words}\n\n\`\`\`ts\n${cell}\n\`\`\`\n\n![${title} in JupyterLab](${pictureOf(view)})\n`,
  );
  return `# Gallery

What the JupyterLab extension draws, photographed in a real JupyterLab with the sample's images (EBHI-Seg, CC BY 4.0) and the
quick preset. \`npm run gallery\` makes the pictures and this page anew. Every view follows the theme, works from the keyboard,
and is drawn again from the saved notebook without a kernel.

${parts.join("\n")}`;
}
