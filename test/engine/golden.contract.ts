/** An engine against files that real Caffe wrote; called by each engine's own test file that is fast enough. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  parseNet,
  Phase,
  readMeanImage,
  readModel,
  readNetPrototxt,
} from "../../kernel-lib/dist/caffe/index.js";
import { openPatchStore } from "../../kernel-lib/dist/databases/index.js";
import {
  eagerClassifier,
  eagerLearner,
  graphClassifier,
  graphLearner,
  loadEngine,
  planNetwork,
  takeWeights,
  transformationOf,
  transformBatch,
  type Computation,
  type Engine,
  type EngineName,
  type ImageBatch,
} from "../../kernel-lib/dist/engine/index.js";
import { Graph } from "../../kernel-lib/dist/engine/graph/graph.js";
import { imageValues, recordImages } from "../../kernel-lib/dist/engine/graph/images.js";
import { createVariables, runNetwork } from "../../kernel-lib/dist/engine/network.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { takeValues } from "../../kernel-lib/dist/engine/values.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/index.js";
import { compute, type Given } from "./computing.js";
import { copyOfDatabase, golden } from "./golden.js";
import { expectWithin } from "../figures.js";
import { largestDifference, largestValue, readNpy, readNpz } from "./numpy.js";

/** What is not part of the repository: the author's models and Caffe's answers to them. */
const shared = join(__dirname, "..", "..", "..", "shared", "caffe");
const answers = join(shared, "golden", "a");
const model = (number: number) =>
  readModel(join(shared, "models", `${number}_caffenet_train_w32_iter_600000.caffemodel`)).weights;
const mean = (number: number) => readMeanImage(join(shared, "models", `DB_train_w32_${number}.binaryproto`));

const noNoise = () => {
  throw new Error("a layer that draws");
};

/** @param patches how many of the author's patches are classified; a slow engine takes few, and no batch of training */
export function describeGolden(
  name: EngineName,
  { computation = "operations", patches: few = 100 }: { computation?: Computation; patches?: number } = {},
): void {
  const isGraph = computation === "graphs";
  const way = isGraph ? `${name}, as a graph` : name;
  describe(`the ${way} engine beside real Caffe`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await loadEngine(name);
    });

    const seesTheBatch = async () => {
      const net = readNetPrototxt(join(golden, "d", "1-net.prototxt"));
      const images = { channels: 3, height: 32, width: 32 };
      const plan = planNetwork(
        net,
        Phase.TRAIN,
        new Map([
          ["data", [3, 32, 32]],
          ["label", []],
        ]),
      );
      const meanImage = readMeanImage(join(golden, "c", "mean_space.binaryproto"));
      const transformation = transformationOf(plan.source!, images, meanImage, "1-net.prototxt");
      const store = await openPatchStore(copyOfDatabase("space"));
      const { value } = await store.batches(128).next();
      await store.close();
      const { data, labels } = value as { data: Uint8Array; labels: Int32Array };
      const batch: ImageBatch = {
        pixels: data,
        labels,
        mirrored: new Uint8Array(128),
        corners: new Uint16Array(256),
      };

      const seen = readNpz(join(golden, "d", "iter0_batch.npz"));
      expect([...labels]).toEqual([...seen.get("label")!.data]);
      const first: ImageBatch = {
        ...batch,
        pixels: data.subarray(0, 8 * 3072),
        labels: labels.subarray(0, 8),
      };
      const tf = tensorFlowOf(engine);
      const seenByOperations = (few: ImageBatch) => {
        const tensor = tf.tidy(() =>
          tf.transpose(
            tf.tensor4d(transformBatch(few, images, transformation), [8, 32, 32, 3]),
            [0, 3, 1, 2],
          ),
        );
        return takeValues(tf, [tensor]);
      };
      const seenByGraph = (few: ImageBatch) => {
        const graph = Graph.compile(tf, (recorder) => [
          tf.transpose(recordImages(tf, recorder, "0", 8, images, transformation), [0, 3, 1, 2]),
        ]);
        const found = graph.run(new Map(imageValues("0", few, images, transformation)));
        graph.dispose();
        return found;
      };
      const [values] = isGraph ? seenByGraph(first) : await seenByOperations(first);
      expect(largestDifference(values, seen.get("data_first8")!.data)).toBe(0);

      const weights = takeWeights(plan, readModel(join(golden, "d", "init.caffemodel")).weights, "init");
      const learner = (isGraph ? graphLearner : eagerLearner)(
        engine,
        {
          plan,
          images,
          transformation,
          solver: "SGD",
          constants: { momentum: 0, momentum2: 0, rmsDecay: 0, delta: 0 },
          weightDecay: 0,
          regularization: "L2",
          clipGradients: -1,
          seed: 1,
        },
        weights,
      );
      const loss = await learner.step([batch], 1, 0);
      const { history } = await learner.state();
      learner.dispose();
      // Full precision float32 of Caffe's own; double precision gives 0.69201184.
      expect(Math.abs(loss - 0.6920117139816284)).toBeLessThan(3e-7);
      const gradients = [...readNpz(join(golden, "d", "iter0_gradients.npz")).values()];
      const multipliers = plan.layers.flatMap(({ parameters }) =>
        parameters.map((one) => one.rateMultiplier),
      );
      expect(gradients.length).toBe(history.length);
      gradients.forEach(({ shape, data: expected }, index) => {
        expect(history[index].shape).toEqual(shape);
        const raw = history[index].data.map((one) => one / multipliers[index]);
        // Caffe's own differ from double precision by up to 6e-5 of the largest (conv1).
        const share = largestDifference(raw, expected) / largestValue(expected);
        expectWithin("Training", `gradients of one batch, engine ${way} (of the largest value)`, share, 1e-4);
      });
    };
    if (few === 100) test("sees the batch that Caffe saw, and finds its gradients", seesTheBatch);

    describe.runIf(existsSync(answers))("on the author's models", () => {
      const plan = planNetwork(parseNet(deployNetTemplate({ size: 32 }), "deploy"), Phase.TEST, new Map());

      test.each([1, 2, 3])("gives Caffe's probabilities for model %i", async (number) => {
        const patches = readNpy(join(answers, "patches_rgb_u8.npy"));
        const weights = takeWeights(plan, model(number), `model ${number}`);
        const classifier = (isGraph ? graphClassifier : eagerClassifier)(engine, plan, weights, mean(number));
        const expected = readNpy(join(answers, `model${number}_prob.npy`));
        expect(patches.shape).toEqual([100, 32, 32, 3]);
        const pixels = patches.data.subarray(0, few * 3072) as Uint8Array;
        const found = await classifier.classify(pixels);
        const what = `probabilities of ${few} patches, the author's model ${number}, engine ${way}`;
        expectWithin("Forward", what, largestDifference(found, expected.data.subarray(0, 2 * few)), 1e-5);
        // Patches are classified alike alone and together.
        const last = few - 1;
        const alone = await classifier.classify(pixels.subarray(last * 3072));
        expect(largestDifference(alone, expected.data.subarray(2 * last, 2 * few))).toBeLessThan(1e-5);
        classifier.dispose();
      });

      test("gives every blob of model 1", async () => {
        const tf = tensorFlowOf(engine);
        const weights = takeWeights(plan, model(1), "model 1");
        const read = (index: number, layer: string) =>
          readNpy(join(answers, "model1_blobs", `${String(index).padStart(2, "0")}_${layer}.npy`));
        for (const [index, { layer }] of plan.layers.entries()) {
          const part = { ...plan, layers: plan.layers.slice(0, index + 1) };
          const given: Given = {
            name: "data",
            kind: "float32",
            shape: [4, 3, 32, 32],
            data: read(0, "data").data,
          };
          const [found] = await compute(engine, computation, [given], (tensors) => {
            const variables = createVariables(tf, plan, weights);
            const inputs = new Map([["data", tf.transpose(tensors.get("data")!, [0, 2, 3, 1])]]);
            const blobs = runNetwork(tf, part, variables, inputs, { training: false, noise: noNoise });
            tf.dispose(variables.all);
            const top = blobs.get(layer.top[0])!;
            return [top.rank === 4 ? tf.transpose(top, [0, 3, 1, 2]) : top];
          });
          const { data } = read(index + 1, layer.name);
          const share = largestDifference(found, data) / largestValue(data);
          const what = `every layer's blob, the author's model 1, engine ${way} (of the largest value)`;
          expectWithin("Forward", what, share, 1e-4);
        }
      });
    });
  });
}
