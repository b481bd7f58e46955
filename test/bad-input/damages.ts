/** What is done to a study before each case of kernel-lib/help/messages.json: by the case's `kind`. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { ClassicLevel } from "classic-level";
import { encodeDatum, encodeMean } from "../../kernel-lib/src/caffe/index.js";
import { archiveOf, tutorialEntries, type Entry } from "../fetch/archives.js";
import { addCase, asSharp, plain, rectangle, tissue } from "../study/pictures.js";

/** A copy of the finished study, and the folder in which it lies. */
export interface Place {
  study: string;
  folder: string;
}

export type Damage = (place: Place) => void | Promise<void>;

const image = "images/P2_1.tif";
const mask = "images/P2_1_mask.png";
const network = "models/1-alexnet_traing_32w_db.prototxt";
const solver = "models/1-alexnet_solver_ada.prototxt";
const deploy = "models/deploy.prototxt";
const model = "models/1_caffenet_train_w32_iter_2.caffemodel";
const list = "train_w32_1.txt";

/** Changes a file of the study: its bytes as text, one letter a byte. */
const edit =
  (file: string, change: (text: string) => string): Damage =>
  ({ study }) => {
    const path = join(study, file);
    const before = readFileSync(path, "latin1");
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${file}`);
    writeFileSync(path, after, "latin1");
  };
const cut = (file: string, share = 0.6): Damage => edit(file, (text) => text.slice(0, text.length * share));
const write = (file: string, content: string): Damage => edit(file, () => content);
const remove =
  (...files: string[]): Damage =>
  ({ study }) =>
    files.forEach((file) => rmSync(join(study, file), { recursive: true }));
const rename =
  (from: string, to: string): Damage =>
  ({ study }) =>
    renameSync(join(study, from), join(study, to));
const folderInPlaceOf =
  (file: string): Damage =>
  ({ study }) => {
    rmSync(join(study, file), { recursive: true, force: true });
    mkdirSync(join(study, file));
  };
const nothing: Damage = () => {};
const all =
  (...damages: Damage[]): Damage =>
  async (place) => {
    for (const damage of damages) await damage(place);
  };

/** Gives the second patient's image and mask another name, as they are. */
const renameCase = (name: string): Damage =>
  all(rename(image, `images/${name}.tif`), rename(mask, `images/${name}_mask.png`));

/** Another picture in the place of the second patient's. */
const picture =
  (...parts: Parameters<typeof addCase> extends [string, string, ...infer Rest] ? Rest : never): Damage =>
  async ({ study }) =>
    addCase(study, "P2_1", ...parts);

/** A PNG of so many pixels, all of one value, in a few kilobytes. */
function hugePng(side: number): Buffer {
  const chunk = (name: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name), content]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(1000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Changes records of a database. */
const inDatabase =
  (change: (keys: string[], level: ClassicLevel<string, Uint8Array>) => Promise<void>): Damage =>
  async ({ study }) => {
    const level = new ClassicLevel<string, Uint8Array>(join(study, "DB_train_1"), { valueEncoding: "view" });
    await change(await level.keys().all(), level);
    await level.close();
  };
const firstRecord = (value: Uint8Array): Damage => inDatabase((keys, level) => level.put(keys[0], value));

/** An archive in the folder, from the tutorial's own entries. */
const archive =
  (name: string, change: (entries: Entry[]) => Entry[]): Damage =>
  async ({ folder }) =>
    writeFileSync(join(folder, name), await archiveOf(change(await tutorialEntries())));

const more =
  (entry: Entry) =>
  (entries: Entry[]): Entry[] => [...entries, entry];

/** The template of a cluster's jobs that the study has of its own. */
const template =
  (text: string): Damage =>
  ({ study }) => {
    mkdirSync(join(study, "cluster"));
    writeFileSync(join(study, "cluster", "slurm.sh"), text);
  };

const hdf5 = Buffer.concat([
  Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.alloc(100),
]);

const aside =
  (name: string, content: string | Uint8Array): Damage =>
  ({ folder }) =>
    writeFileSync(join(folder, name), content);

const copyAside =
  (file: string, name: string, change: (bytes: Buffer) => Uint8Array = (bytes) => bytes): Damage =>
  ({ study, folder }) =>
    writeFileSync(join(folder, name), change(readFileSync(join(study, file))));

const maps = ({ study }: Place): string[] =>
  ["1", "2"].flatMap((fold) =>
    readdirSync(join(study, "out", fold))
      .filter((name) => name.endsWith("_prob.png"))
      .map((name) => join(study, "out", fold, name)),
  );

/** Two images of the reader's own with a GeoJSON file each, of which the first is bad. */
const ownImage =
  (geoJson: string): Damage =>
  ({ study, folder }) => {
    mkdirSync(join(folder, "own"));
    copyFileSync(join(study, image), join(folder, "own", "P7_1.tif"));
    writeFileSync(join(folder, "own", "P7_1.geojson"), geoJson);
    copyFileSync(join(study, image), join(folder, "own", "P8_1.tif"));
    const square = [[4, 4], [30, 4], [30, 30], [4, 30], [4, 4]]; // prettier-ignore
    const geometry = { type: "Polygon", coordinates: [square] };
    writeFileSync(
      join(folder, "own", "P8_1.geojson"),
      JSON.stringify([{ type: "Feature", geometry, properties: {} }]),
    );
  };

export const damages: Record<string, Damage> = {
  "an image that is cut short": cut(image),
  "a text file that is named as an image": write(image, "This is no image."),
  "an empty file": write(image, ""),
  "a folder with an image's name": folderInPlaceOf(image),
  "an image smaller than a patch": picture(tissue(31, 64), rectangle(31, 64, [4, 4, 20, 20])),
  "an image that is all white": picture(plain(64, 64, 250)),
  "an image without its mask": remove(mask),
  "a small file that claims to be a huge image": all(remove(image), ({ study }) =>
    writeFileSync(join(study, "images/P2_1.png"), hugePng(40_000)),
  ),
  "an image that step 5 can't read": ({ study, folder }) => {
    copyFileSync(join(study, "images/P1_1.tif"), join(folder, "others/good.tif"));
    writeFileSync(join(folder, "others/bad.tif"), "no image");
  },
  "an image that isn't there": nothing,

  "a mask of another size than its image": picture(tissue(64, 64), rectangle(32, 64, [4, 4, 20, 20])),
  "a mask without a white pixel": picture(tissue(64, 64), rectangle(64, 64, [0, 0, 0, 0])),
  "a mask that is cut short": cut(mask, 0.8),
  "a mask that is no picture": write(mask, '{"type":"FeatureCollection","features":[]}'),
  "a mask without an image": remove(image),

  "a GeoJSON file that is no JSON": ownImage('{"type": "FeatureCollection", "features": ['),
  "a GeoJSON file without areas' corners": ownImage(
    JSON.stringify([
      { type: "Feature", geometry: { type: "Polygon", coordinates: [[["a", 1]]] }, properties: {} },
    ]),
  ),
  "an area outside of the image": ownImage(
    JSON.stringify([
      {
        type: "Feature",
        geometry: {
          type: "Polygon",
          coordinates: [
            [
              [9000, 9000],
              [9100, 9000],
              [9100, 9100],
            ],
          ],
        },
        properties: {},
      },
    ]),
  ),

  "a name without an underscore": renameCase("P2"),
  "a name that begins with an underscore": renameCase("_1"),
  "two images of one name": async ({ study }) =>
    void (await asSharp(tissue(56, 44)).png().toFile(join(study, "images/P2_1.png"))),
  "a control character in a name": renameCase("P2\n_1"),
  "a blank at the end of a patient's code": renameCase("P2 _1"),
  // A Cyrillic letter er in place of the P.
  "two patients whose names look the same": renameCase("\u04201_2"),
  "a name of 200 letters": renameCase(`P2_${"x".repeat(198)}`),
  "an image that the study doesn't have": nothing,

  "no such study": nothing,
  "a study without images": ({ study }) =>
    readdirSync(join(study, "images")).forEach((name) => rmSync(join(study, "images", name))),
  "a file in a study's place": nothing,
  "no image that can be used": ({ study }) =>
    readdirSync(join(study, "images"))
      .filter((name) => name.endsWith("_mask.png"))
      .forEach((name) => rmSync(join(study, "images", name))),
  "a sample into a folder in use": nothing,
  "a file where a folder must be made": all(remove("subs"), ({ study }) =>
    writeFileSync(join(study, "subs"), ""),
  ),
  "a report into a folder that isn't there": nothing,

  "a manifest that is no JSON": cut("histobook.json"),
  "an empty manifest": write("histobook.json", ""),
  "a manifest of a later version": edit("histobook.json", (text) =>
    text.replace('"version": 1', '"version": 2'),
  ),
  "a manifest with a word for a number": edit("histobook.json", (text) =>
    text.replace('"scale": 1', '"scale": "full"'),
  ),
  "a record of an image's patches that is damaged": cut("positions/P2_1.json"),

  "a line that is no line of a list": edit(list, (text) => text.replace("\t", ",")),
  "a list that names a missing patch": edit(list, (text) => text.replace("_p_1_0.png", "_p_99_0.png")),
  "a list that leads out of the study": edit(list, (text) => text.replace(/^\S+/, "../images/P1_1.tif")),
  "a list of no patch": write(list, "\n\n"),
  "a class that is no small number": edit(list, (text) => text.replace("\t0", "\t4294967296")),
  "a folder in a list's place": folderInPlaceOf(list),

  "a patient who trains and tests": ({ study }) => {
    const parents = readFileSync(join(study, "test_w32_parent_1.txt"), "utf8");
    const path = join(study, "train_w32_parent_1.txt");
    writeFileSync(path, readFileSync(path, "utf8") + parents);
  },

  "a folder that is no database": nothing,
  "a database whose files are damaged": ({ study }) => {
    for (const name of readdirSync(join(study, "DB_train_1")))
      if (/\.ldb$|^MANIFEST/.test(name))
        writeFileSync(join(study, "DB_train_1", name), Buffer.alloc(500, 0xab));
  },
  "a database with an empty file in it": ({ study }) => writeFileSync(join(study, "DB_train_1/CURRENT"), ""),
  "a database without a patch": inDatabase((_, level) => level.clear()),
  "a record that is no patch": firstRecord(Uint8Array.of(255, 255, 1)),
  "records of two sizes": inDatabase((keys, level) =>
    level.put(
      keys[1],
      encodeDatum({ channels: 3, height: 2, width: 2, data: new Uint8Array(12), label: 1, encoded: false }),
    ),
  ),
  // Field 6 (float_data), one value.
  "a record of decimals": firstRecord(Uint8Array.of(8, 1, 16, 1, 24, 1, 0x35, 0, 0, 0, 0x40)),
  "a record that claims to hold a picture": firstRecord(
    encodeDatum({ channels: 3, height: 32, width: 32, data: new Uint8Array(50), label: 1, encoded: true }),
  ),
  "a patch file that is cut short": ({ study }) => {
    const [name] = readFileSync(join(study, list), "utf8").split("\t");
    return cut(`subs/${name}`)({ study, folder: "" });
  },

  "a syntax error": edit(network, (text) => text.replace('name: "CIFAR10_quick"', "name: CIFAR10_quick")),
  "a field that Caffe doesn't know": edit(network, (text) => text.replace("num_output", "number_output")),
  "a type of layer that histobook doesn't know": edit(network, (text) =>
    text.replace('type: "ReLU"', 'type: "Swish"'),
  ),
  "a layer whose input nobody makes": edit(network, (text) =>
    text.replace('bottom: "conv2"', 'bottom: "conv7"'),
  ),
  "a placeholder that nobody filled in": edit(network, (text) =>
    text.replace("DB_train_1", "DB_train_%(kfoldi)d"),
  ),
  "a database of another kind": edit(network, (text) => text.replace("backend: LEVELDB", "backend: LMDB")),
  "a batch of no patch": edit(network, (text) => text.replace(/batch_size: \d+/, "batch_size: 0")),
  "a network without a loss": edit(network, (text) =>
    text.replace(/layer \{\n\s*name: "loss"[\s\S]*?\n\}/, ""),
  ),
  "a solver without a network": edit(solver, (text) => text.replace(/^net:.*$/m, "")),
  "a solver whose network is gone": edit(solver, (text) =>
    text.replace(/^net:.*$/m, 'net: "models/no.prototxt"'),
  ),
  "a learning rate policy that isn't one": edit(solver, (text) =>
    text.replace(/lr_policy: "\w+"/, 'lr_policy: "often"'),
  ),
  "a prototxt that isn't text": write(deploy, "name: \0\u0001"),
  "a prototxt of two megabytes": write(deploy, "# \n".repeat(700_000)),
  "weights fillers that aren't one": edit(network, (text) =>
    text.replace('type: "gaussian"', 'type: "random"'),
  ),
  "snapshots as HDF5": edit(solver, (text) => `${text}\nsnapshot_format: HDF5\n`),
  "a network that was changed after its training": edit(deploy, (text) =>
    text.replace(/num_output: \d+/, "num_output: 4000000000"),
  ),

  "a model that is cut short": cut(model),
  "a model that is empty": write(model, ""),
  "a model of another network": copyAside(model, "other.caffemodel", (bytes) =>
    Buffer.from(bytes.toString("latin1").replaceAll("conv1", "conv9"), "latin1"),
  ),
  "a model that isn't there": nothing,
  "a solver state in place of a model": nothing,
  "a model in place of a solver state": nothing,
  "a state whose model is gone": remove(model),
  "a model in HDF5": aside("model.caffemodel", hdf5),
  "a file of a kind that nobody knows": nothing,

  "a mean image that is cut short": copyAside("DB_train_w32_1.binaryproto", "mean.binaryproto", (bytes) =>
    bytes.subarray(0, 1000),
  ),
  "a mean image of another size": aside(
    "mean.binaryproto",
    encodeMean({ channels: 3, height: 4, width: 4, data: new Float32Array(48).fill(120) }),
  ),
  "a mean image that isn't there": nothing,
  "a model without a mean image": copyAside(model, "other.caffemodel"),

  "another scale than the model's": nothing,

  "an evaluation before step 5": edit("histobook.json", (text) =>
    JSON.stringify({ ...(JSON.parse(text) as object), maps: {} }),
  ),
  "a map that is cut short": (place) => {
    const [path] = maps(place);
    writeFileSync(path, readFileSync(path).subarray(0, 300));
  },
  "a map of another size than its mask": async (place) =>
    void (await asSharp(tissue(20, 20)).png().toFile(maps(place)[0])),
  "a small file that claims to be a huge map": (place) => writeFileSync(maps(place)[0], hugePng(40_000)),

  "a threshold of 2": nothing,

  "a patch with an odd side": nothing,
  "a scale of zero": nothing,
  "a rotation twice": nothing,
  "more folds than patients": nothing,
  "a fold that isn't there": nothing,
  "half a fold": nothing,
  "an engine that isn't one": nothing,
  "a mode that isn't one": nothing,
  "a stride of nothing": nothing,
  "--minutes beside --iterations": nothing,
  "neither study nor solver": nothing,
  "a fetch from a path": nothing,
  "a checksum that isn't one": nothing,
  "a share that isn't one": nothing,
  "class weights that aren't numbers": nothing,
  "a topic that isn't one": nothing,

  "step 2 before step 1": edit("histobook.json", withoutRecords),
  "step 3 before step 2": remove(list, "train_w32_2.txt"),
  "step 4 before step 3": remove("DB_train_1", "DB_test_1"),
  "step 5 before step 4": remove("models"),
  "a threshold without validation patients": remove("val_w32_parent_1.txt", "val_w32_parent_2.txt"),

  "an archive of another checksum": archive("good.tgz", (entries) => entries),
  "an archive with a name that leads out of the folder": archive(
    "outside.tgz",
    more({ name: "../evil.png" }),
  ),
  "an archive with an absolute name": archive("absolute.tgz", more({ name: "/tmp/histobook-evil.png" })),
  "an archive with a link": archive(
    "link.tgz",
    more({ name: "1_1.png", type: "symlink", linkname: "/etc/passwd" }),
  ),
  "an archive with two files of one name": archive("twice.tgz", more({ name: "more/8918_00007.tif" })),
  "an archive that is cut short": all(
    archive("whole.tgz", (entries) => entries),
    ({ folder }) => {
      const bytes = readFileSync(join(folder, "whole.tgz"));
      writeFileSync(join(folder, "short.tgz"), bytes.subarray(0, bytes.length * 0.7));
    },
  ),
  "an archive that is none": aside("text.tgz", "<html>Please log in.</html>"),
  "an archive without an image": archive("empty.tgz", () => [{ name: "readme.txt" }]),
  "an archive that grows beyond measure": ({ folder }) => {
    const header = Buffer.alloc(512);
    header.write("1_1.tif");
    header.write("0000644\0", 100);
    header.write("77777777777\0", 124);
    header.write("        0", 148);
    header.write("ustar\u000000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    writeFileSync(join(folder, "bomb.tgz"), gzipSync(Buffer.concat([header, Buffer.alloc(4 << 20)])));
  },
  "an archive with a control character in a name": archive("control.tgz", more({ name: "1\u001b[2J_1.png" })),
  "an archive that isn't there": nothing,

  "a server that doesn't have the archive": nothing,

  "a template with a name that means nothing": template("#!/bin/bash\n{{tasks}} {{command}} {{nonsense}}\n"),
  "a template without the work": template("#!/bin/bash\necho\n"),
  "a template that isn't there": nothing,
  "an option that would become two": nothing,
  "a scheduler that isn't one": nothing,

  "a display's data of a later version": nothing,
  "a display's data without a part": nothing,
  "a picture from elsewhere": nothing,
};

function withoutRecords(text: string): string {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ ...manifest, patches: null, folds: null });
}

/** The SHA-256 of the archive that a case's command names. */
export function sha256OfNamed(run: string, { folder }: Place): string {
  const name = /FOLDER\/(\w+\.tgz)/.exec(run)?.[1];
  if (name === undefined || !existsSync(join(folder, name))) return "";
  return createHash("sha256")
    .update(readFileSync(join(folder, basename(name))))
    .digest("hex");
}
