/** The steps that are broken, as the command line has them, on a small study; each begins where an earlier one has ended. */

/** A step, and how it is gone on with. */
export interface Step {
  name: string;
  /** The step whose folder it begins with. */
  after: string;
  /** What is typed after `histobook`, in the work folder. */
  command: readonly string[];
  /** What is typed after a failure; the same by default. */
  again?: readonly string[];
  /** Where it is typed, relative to the work folder. */
  folder?: string;
  /** Whether it loads an engine, which takes seconds. */
  usesEngine?: boolean;
}

/** The work folder at the very beginning, with the images alone. */
export const start = "start";

const words = (text: string): string[] => text.split(" ");
const training = words("train study --iterations 6 --batch 8 --snapshot-every 2");
const model = "study/models/1_caffenet_train_w32_iter_6.caffemodel";

/** All steps, each after those that it needs. */
export const steps: readonly Step[] = [
  { name: "sample", after: start, command: words("sample new") },
  {
    name: "fetch",
    after: start,
    command: words("fetch new --file archive.tgz --sha256 CHECKSUM"),
  },
  { name: "import", after: start, command: words("import study/images imported --scale 1") },
  { name: "patches", after: start, command: words("patches study --scale 1 --per-image 12 --workers 2") },
  { name: "folds", after: "patches", command: words("folds study --folds 2 --validation 0.5") },
  { name: "databases", after: "folds", command: words("databases study") },
  { name: "databases, direct", after: "folds", command: words("databases study --direct") },
  {
    name: "train",
    usesEngine: true,
    after: "databases",
    command: [...training, ...words("--processes 0 --keep 1 --validate-every 3 --csv curves")],
    again: [...training, ...words("--processes 0 --keep 1 --validate-every 3 --csv curves --resume")],
  },
  {
    name: "train, side by side",
    usesEngine: true,
    after: "databases",
    command: [...training, ...words("--processes 2")],
    again: [...training, ...words("--processes 2 --resume")],
  },
  {
    name: "train --solver",
    usesEngine: true,
    after: "train, side by side",
    folder: "study/models",
    command: words("train --solver own-solver.prototxt"),
    again: words("train --solver own-solver.prototxt --resume"),
  },
  {
    name: "output, window",
    usesEngine: true,
    after: "train, side by side",
    command: words("output study --stride 8"),
  },
  {
    name: "output, dense",
    usesEngine: true,
    after: "train, side by side",
    command: words("output study --mode dense --also overlay,geojson,prob16"),
  },
  {
    name: "output, adaptive",
    usesEngine: true,
    after: "train, side by side",
    command: words("output study --fold 1 --mode adaptive --stride 4"),
  },
  {
    name: "output, large image",
    usesEngine: true,
    after: "train, side by side",
    command: words(`output study --fold 1 --image slide.png --mode dense --stride 2 --tiled --out maps`),
  },
  {
    name: "threshold",
    usesEngine: true,
    after: "output, window",
    command: words("threshold study --also overlay,geojson"),
  },
  {
    name: "evaluate",
    usesEngine: true,
    after: "output, window",
    command: words("evaluate study --repeats 50 --out all.json --csv table.csv --report page.html"),
  },
  {
    name: "export, ONNX",
    after: "train, side by side",
    command: words(`export ${model} --to onnx --out new/model.onnx`),
  },
  {
    name: "export, TensorFlow.js",
    after: "train, side by side",
    command: words(`export ${model} --to tfjs --out new/model`),
  },
  {
    name: "run",
    usesEngine: true,
    after: start,
    command: words("run study --scale 1 --preset quick --per-image 6 --iterations 2 --stride 16"),
  },
];
