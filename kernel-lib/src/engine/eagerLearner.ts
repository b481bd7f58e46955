import type { Blob } from "../caffe/index.js";
import type { Engine } from "./engine.js";
import type { Learner, LearnerSettings } from "./learner.js";
import {
  allVariables,
  createLearningVariables,
  learn,
  namedOutputs,
  ratesOf,
  stateOf,
  testOutputs,
  type TensorBatch,
} from "./learning.js";
import { drawNoise, type NoisePlace } from "./noise.js";
import { tensorFlowOf } from "./tensorflow.js";
import { takeValues, valuesOf } from "./values.js";
import { transformBatch, type ImageBatch, type Transformation } from "./transformation.js";
import type { Weights } from "./weights.js";

/**
 * Makes a learner from single TensorFlow.js operations, which run on every backend.
 *
 * @param history what a .solverstate held; undefined starts from zeros
 * @throws HistobookError `Unsupported` for a network without exactly one data input and a loss.
 */
export function eagerLearner(
  engine: Engine,
  settings: LearnerSettings,
  weights: Weights,
  history?: Blob[],
): Learner {
  const tf = tensorFlowOf(engine);
  const { images, seed } = settings;
  const variables = createLearningVariables(tf, settings, weights, history);

  function onEngine(batch: ImageBatch, transformation: Transformation, place: NoisePlace): TensorBatch {
    const side = transformation.cropSize;
    const shape: [number, number, number, number] = [batch.labels.length, side, side, images.channels];
    let drawn = 0;
    return {
      images: tf.tensor4d(transformBatch(batch, images, transformation), shape),
      labels: tf.tensor1d(batch.labels, "int32"),
      noise: (size) => tf.tensor(drawNoise(place, drawn++, size), [...size]),
    };
  }

  return {
    async step(batches, rate, iteration) {
      const loss = tf.tidy(() => {
        const given = batches.map((batch, index) =>
          onEngine(batch, settings.transformation, { seed, iteration, batch: index }),
        );
        const rates = [...ratesOf(settings, rate, iteration)].map((one) => tf.scalar(one));
        return learn(tf, settings, variables, given, rates);
      });
      const [[value]] = await takeValues(tf, [loss]);
      return value;
    },
    async test(plan, transformation, batch) {
      const outputs = tf.tidy(() =>
        testOutputs(
          tf,
          plan,
          variables.network,
          onEngine(batch, transformation, { seed, iteration: 0, batch: 0 }),
        ),
      );
      return namedOutputs(plan, await takeValues(tf, outputs));
    },
    async state() {
      return stateOf(settings, await valuesOf(allVariables(variables)));
    },
    dispose() {
      tf.dispose(allVariables(variables));
    },
  };
}
