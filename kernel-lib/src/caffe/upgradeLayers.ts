import { create, isFieldSet } from "@bufbuild/protobuf";
import {
  LayerParameterSchema,
  ParamSpecSchema,
  TransformationParameterSchema,
  V1LayerParameterSchema,
  V1LayerParameter_LayerType as OldType,
  type LayerParameter,
  type ParamSpec,
  type V1LayerParameter,
} from "./generated/caffe_pb.js";

/** The new name of every old layer type. */
const typeNames: Record<OldType, string> = {
  [OldType.NONE]: "",
  [OldType.ABSVAL]: "AbsVal",
  [OldType.ACCURACY]: "Accuracy",
  [OldType.ARGMAX]: "ArgMax",
  [OldType.BNLL]: "BNLL",
  [OldType.CONCAT]: "Concat",
  [OldType.CONTRASTIVE_LOSS]: "ContrastiveLoss",
  [OldType.CONVOLUTION]: "Convolution",
  [OldType.DATA]: "Data",
  [OldType.DECONVOLUTION]: "Deconvolution",
  [OldType.DROPOUT]: "Dropout",
  [OldType.DUMMY_DATA]: "DummyData",
  [OldType.ELTWISE]: "Eltwise",
  [OldType.EUCLIDEAN_LOSS]: "EuclideanLoss",
  [OldType.EXP]: "Exp",
  [OldType.FLATTEN]: "Flatten",
  [OldType.HDF5_DATA]: "HDF5Data",
  [OldType.HDF5_OUTPUT]: "HDF5Output",
  [OldType.HINGE_LOSS]: "HingeLoss",
  [OldType.IM2COL]: "Im2col",
  [OldType.IMAGE_DATA]: "ImageData",
  [OldType.INFOGAIN_LOSS]: "InfogainLoss",
  [OldType.INNER_PRODUCT]: "InnerProduct",
  [OldType.LRN]: "LRN",
  [OldType.MEMORY_DATA]: "MemoryData",
  [OldType.MULTINOMIAL_LOGISTIC_LOSS]: "MultinomialLogisticLoss",
  [OldType.MVN]: "MVN",
  [OldType.POOLING]: "Pooling",
  [OldType.POWER]: "Power",
  [OldType.RELU]: "ReLU",
  [OldType.SIGMOID]: "Sigmoid",
  [OldType.SIGMOID_CROSS_ENTROPY_LOSS]: "SigmoidCrossEntropyLoss",
  [OldType.SILENCE]: "Silence",
  [OldType.SLICE]: "Slice",
  [OldType.SOFTMAX]: "Softmax",
  [OldType.SOFTMAX_LOSS]: "SoftmaxWithLoss",
  [OldType.SPLIT]: "Split",
  [OldType.TANH]: "TanH",
  [OldType.THRESHOLD]: "Threshold",
  [OldType.WINDOW_DATA]: "WindowData",
};

/** The parameter messages that old and new layers have in common, e.g. convolutionParam. */
const sharedParameters = V1LayerParameterSchema.fields
  .filter((field) => field.fieldKind === "message")
  .map((field) => field.localName as keyof V1LayerParameter & keyof LayerParameter)
  .filter((name) => name in LayerParameterSchema.field);

/** Turns a layer of the old syntax (`layers { type: CONVOLUTION }`) into one of the new, as Caffe does on load. */
export function upgradeLayer(old: V1LayerParameter): LayerParameter {
  const layer = create(LayerParameterSchema, {
    bottom: old.bottom,
    top: old.top,
    include: old.include,
    exclude: old.exclude,
    blobs: old.blobs,
    lossWeight: old.lossWeight,
    param: multipliersOf(old),
  });
  if (isFieldSet(old, V1LayerParameterSchema.field.name)) layer.name = old.name;
  if (isFieldSet(old, V1LayerParameterSchema.field.type)) layer.type = typeNames[old.type];
  for (const name of sharedParameters) {
    if (old[name] !== undefined) Object.assign(layer, { [name]: old[name] });
  }
  const moved = transformationOf(old);
  if (moved) layer.transformParam = moved;
  return layer;
}

/** Old layers list the names, learning rates and decays of their weights apart; new ones, together for each array. */
function multipliersOf(old: V1LayerParameter): ParamSpec[] {
  const { param, blobShareMode, blobsLr, weightDecay } = old;
  const count = Math.max(param.length, blobShareMode.length, blobsLr.length, weightDecay.length);
  return Array.from({ length: count }, (_, index) =>
    create(ParamSpecSchema, {
      name: param.at(index),
      // Both enumerations number STRICT and PERMISSIVE alike.
      shareMode: blobShareMode.at(index) as number | undefined,
      lrMult: blobsLr.at(index),
      decayMult: weightDecay.at(index),
    }),
  );
}

/** Older data layers had scale, mean, crop and mirror among their own parameters. */
function transformationOf(old: V1LayerParameter) {
  const sources: Partial<Record<OldType, object | undefined>> = {
    [OldType.DATA]: old.dataParam,
    [OldType.IMAGE_DATA]: old.imageDataParam,
    [OldType.WINDOW_DATA]: old.windowDataParam,
  };
  const source = sources[old.type];
  if (!source) return undefined;
  let transformation = old.transformParam;
  for (const name of ["scale", "meanFile", "cropSize", "mirror"] as const) {
    // A field that the file doesn't give lies on the prototype, as its default.
    if (!Object.hasOwn(source, name)) continue;
    transformation ??= create(TransformationParameterSchema);
    Object.assign(transformation, { [name]: (source as Record<string, unknown>)[name] });
    delete (source as Record<string, unknown>)[name];
  }
  return transformation;
}
