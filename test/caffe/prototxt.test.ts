import { equals, isFieldSet } from "@bufbuild/protobuf";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ConvolutionParameterSchema,
  NetParameterSchema,
  Phase,
  PoolingParameter_PoolMethod,
  SolverParameterSchema,
  SolverParameter_SolverMode,
  fillTemplate,
  filterNet,
  parseNet,
  parseSolver,
  printNet,
  printSolver,
  readModel,
  readNetPrototxt,
  readSolverPrototxt,
} from "../../kernel-lib/src/caffe/index.js";
import { golden, textOf } from "./fixtures.js";

const netFile = join(golden, "d", "1-net.prototxt");

describe("networks", () => {
  test("readNetPrototxt gives the layers that Caffe trained when the file is in the old syntax", () => {
    const read = filterNet(readNetPrototxt(netFile), { phase: Phase.TRAIN }).layer;
    const caffes = readModel(join(golden, "d", "init.caffemodel")).net.layer;
    for (const layer of [...read, ...caffes]) {
      // Caffe adds these two while it builds a network.
      layer.phase = Phase.TRAIN;
      layer.lossWeight = [];
    }
    expect(read.map((layer) => layer.name)).toContain("ip2");
    expect(read).toEqual(caffes);
  });

  test("readNetPrototxt reads what an editor on Windows has saved", () => {
    const path = join(mkdtempSync(join(tmpdir(), "histobook-caffe-")), "1-net.prototxt");
    writeFileSync(path, `\uFEFF${textOf("d", "1-net.prototxt").replaceAll("\n", "\r\n")}`);
    expect(readNetPrototxt(path)).toEqual(readNetPrototxt(netFile));
  });

  test("printNet and parseNet give the same network when they follow each other", () => {
    const net = readNetPrototxt(netFile);
    const text = printNet(net);
    expect(text).toContain('layer {\n  name: "conv1"\n  type: "Convolution"');
    expect(equals(NetParameterSchema, parseNet(text, "printed"), net)).toBe(true);
    expect(printNet(parseNet(text, "printed"))).toBe(text);
  });

  test("parseNet reads comments, both quotes, nested messages, enumerations, lists and separators", () => {
    const net = parseNet(
      `# a comment with a "quote" and %(kfoldi)d
       name: 'with "double" quotes' layer < name: "one" 'two'; type: "Convolution", convolution_param: {
         pad: [1, 2] kernel_size: 0x5 # five
         weight_filler { type: "gaussian" std: 1e-4f } } include: { phase: TEST } >
       layer { type: "Pooling" pooling_param { pool: AVE } }`,
      "example",
    );
    expect(net.name).toBe('with "double" quotes');
    const [convolution, pooling] = net.layer;
    expect(convolution.name).toBe("onetwo");
    expect(convolution.convolutionParam?.pad).toEqual([1, 2]);
    expect(convolution.convolutionParam?.kernelSize).toEqual([5]);
    expect(convolution.convolutionParam?.weightFiller?.std).toBe(Math.fround(1e-4));
    expect(convolution.convolutionParam?.group).toBe(1);
    expect(isFieldSet(convolution.convolutionParam!, ConvolutionParameterSchema.field.group)).toBe(false);
    expect(convolution.include[0].phase).toBe(Phase.TEST);
    expect(pooling.poolingParam?.pool).toBe(PoolingParameter_PoolMethod.AVE);
  });

  test("parseNet upgrades old layers as Caffe does when they name shared weights, rates, decays and data fields", () => {
    const { layer } = parseNet(
      `layers { name: "d" type: IMAGE_DATA top: "data" image_data_param { source: "list" mean_file: "m" mirror: true crop_size: 27 scale: 0.5 } }
       layers { name: "ip" type: INNER_PRODUCT bottom: "data" top: "ip" param: "w" blob_share_mode: PERMISSIVE
                blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0 exclude { stage: "deploy" } }
       layers { name: "loss" type: SOFTMAX_LOSS bottom: "ip" bottom: "data" loss_weight: 3 }`,
      "example",
    );
    expect(printNet(parseNet(printNet(Object.assign(parseNet("", "empty"), { layer })), "printed"))).toBe(
      `layer {
  name: "d"
  type: "ImageData"
  top: "data"
  transform_param {
    scale: 0.5
    mirror: true
    crop_size: 27
    mean_file: "m"
  }
  image_data_param {
    source: "list"
  }
}
layer {
  name: "ip"
  type: "InnerProduct"
  bottom: "data"
  top: "ip"
  param {
    name: "w"
    share_mode: PERMISSIVE
    lr_mult: 1
    decay_mult: 1
  }
  param {
    lr_mult: 2
    decay_mult: 0
  }
  exclude {
    stage: "deploy"
  }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "ip"
  bottom: "data"
  loss_weight: 3
}
`,
    );
  });

  test.each([
    ["input_dim", "input_dim: 128 input_dim: 3 input_dim: 32 input_dim: 32"],
    ["input_shape", "input_shape { dim: 128 dim: 3 dim: 32 dim: 32 }"],
  ])("parseNet turns a deploy network's input into a layer when it has %s", (_, sizes) => {
    const net = parseNet(
      `input: "data" ${sizes} layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`,
      "deploy",
    );
    expect(net.input).toEqual([]);
    expect(net.layer.map(({ name, type, top }) => [name, type, top])).toEqual([
      ["input", "Input", ["data"]],
      ["r", "ReLU", ["r"]],
    ]);
    expect(net.layer[0].inputParam?.shape[0].dim).toEqual([128n, 3n, 32n, 32n]);
  });

  test("parseNet holds BatchNorm's statistics fixed when an old network lists their rates", () => {
    const three = "param { lr_mult: 1 }".repeat(3);
    const { param } = parseNet(`layer { name: "b" type: "BatchNorm" ${three} }`, "example").layer[0];
    expect(param.map(({ lrMult, decayMult }) => [lrMult, decayMult])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test("filterNet follows phases, levels and stages when layers have rules", () => {
    const net = parseNet(
      `layer { name: "all" }
       layer { name: "train" include { phase: TRAIN } }
       layer { name: "not test" exclude { phase: TEST } }
       layer { name: "level 2 or more" include { min_level: 2 } }
       layer { name: "up to level 1" include { max_level: 1 } }
       layer { name: "deploy" include { stage: "deploy" } }
       layer { name: "not deploy" include { not_stage: "deploy" } }`,
      "example",
    );
    const names = (use: Parameters<typeof filterNet>[1]) =>
      filterNet(net, use).layer.map((layer) => layer.name);
    expect(names({ phase: Phase.TRAIN })).toEqual([
      "all",
      "train",
      "not test",
      "up to level 1",
      "not deploy",
    ]);
    expect(names({ phase: Phase.TEST, level: 2, stages: ["deploy"] })).toEqual([
      "all",
      "level 2 or more",
      "deploy",
    ]);
    expect(net.layer.length).toBe(7);
  });

  test.each([
    ["a field has a wrong name", 'name: "n"\nlayer {\n  nmae: "x"\n}\n', /^f, line 3: .*nmae/],
    ["a value has a wrong kind", "layer {\n  top: 3\n}", /^f, line 2: /],
    ["an enumeration is unknown", "\n\nlayers { type: CONVOLUTON }\n\n", /^f, line 3: .*CONVOLUTON/],
    ["a bracket is missing", 'layer {\n  name: "x"\n', /^f, line 3: .*end of input/],
    ["a quote is missing", 'name: "x\nlayer { }\n', /^f, line 1: /],
    ["a field stands twice", 'name: "a"\nname: "b"', /^f, line 2: /],
    [
      "a placeholder is unfilled in a string",
      'layer {\n  name: "DB_%(kfoldi)d"\n}',
      /^f, line 2: found the unfilled placeholder %\(kfoldi\)d.*fillTemplate/,
    ],
    [
      "a placeholder is unfilled outside",
      "layer {}\ninput_dim: %(numiter)d",
      /^f, line 2: found the unfilled/,
    ],
    ["old and new layers are mixed", "layer {} layers {}", /^f: found both/],
    [
      "the syntax is that of 2013",
      'layers { layer { name: "conv1" type: "conv" } }',
      /^f: found .*2013.*upgrade_net_proto_text/,
    ],
    ["an input lacks a size", 'input: "data" input_dim: 1 input_dim: 3', /^f: found .*2 input_dim/],
    [
      "a layer needs its own top",
      'layer { name: "a" bottom: "x" top: "x" }',
      /^f: found layer "a" needing blob "x", which nothing but itself/,
    ],
    [
      "layers stand in a circle",
      'layer { name: "a" bottom: "y" top: "x" } layer { name: "b" bottom: "x" top: "y" }',
      /"a" needing blob "y", which only the later layer "b"/,
    ],
    ["messages are nested without end", "layer {".repeat(30_000), /^f, line 1: /],
  ])("parseNet says where and what when %s", (_, text, message) => {
    expect(() => parseNet(text, "f")).toThrow(message);
  });

  test("readNetPrototxt says so when the file is missing or binary", () => {
    expect(() => readNetPrototxt("nowhere.prototxt")).toThrow(
      /^nowhere.prototxt: found no file of that name/,
    );
    expect(() => readNetPrototxt(join(golden, "d", "init.caffemodel"))).toThrow(/found binary data/);
  });
});

describe("solvers", () => {
  test("readSolverPrototxt reads the tutorial's kind of solver when it is in the old syntax", () => {
    const solver = readSolverPrototxt(join(golden, "d", "1-solver.prototxt"));
    expect(solver.type).toBe("AdaGrad");
    expect(isFieldSet(solver, SolverParameterSchema.field.solverType)).toBe(false);
    expect(solver.baseLr).toBe(Math.fround(0.001));
    expect(solver.delta).toBeCloseTo(1e-8, 15);
    expect([solver.net, solver.maxIter, solver.testIter, solver.iterSize]).toEqual([
      "1-net.prototxt",
      50,
      [1],
      1,
    ]);
    expect(solver.solverMode).toBe(SolverParameter_SolverMode.CPU);
    const text = printSolver(solver);
    expect(text).toContain("base_lr: 0.001\n");
    expect(equals(SolverParameterSchema, parseSolver(text, "printed"), solver)).toBe(true);
  });

  test.each(["SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam"])(
    "parseSolver names the solver %s when it is given as an enumeration",
    (name) => {
      expect(parseSolver(`solver_type: ${name.toUpperCase()}`, "example").type).toBe(name);
    },
  );

  test("parseSolver upgrades the network inside when there is one", () => {
    const solver = parseSolver('net_param { layers { name: "r" type: RELU } }', "example");
    expect(solver.netParam?.layer[0].type).toBe("ReLU");
  });

  test("parseSolver refuses when both kinds of type are given, or the file is a network", () => {
    expect(() => parseSolver('solver_type: ADAM type: "Adam"', "f")).toThrow(/^f: found both/);
    expect(() => parseSolver(textOf("d", "1-net.prototxt"), "f")).toThrow(/^f, line 1: .*"name"/);
  });

  test("readSolverPrototxt names snapshots after the solver when it has no prefix, or a folder for one", () => {
    const folder = mkdtempSync(join(tmpdir(), "histobook-caffe-"));
    const file = join(folder, "1-solver.prototxt");
    writeFileSync(file, "base_lr: 1");
    expect(readSolverPrototxt(file).snapshotPrefix).toBe(join(folder, "1-solver"));
    const models = join(folder, "models");
    mkdirSync(models);
    writeFileSync(file, `snapshot_prefix: "${models}"`);
    expect(readSolverPrototxt(file).snapshotPrefix).toBe(join(models, "1-solver"));
  });
});

describe("templates", () => {
  test("fillTemplate fills what it is given when a template has several placeholders", () => {
    const template = 'source: "DB_test_%(kfoldi)d"\ntest_iter: %(numiter)d\n# %(kfoldi)d of %(other)s';
    expect(fillTemplate(template, { kfoldi: 1, numiter: 3 })).toBe(
      'source: "DB_test_1"\ntest_iter: 3\n# 1 of %(other)s',
    );
  });
});
