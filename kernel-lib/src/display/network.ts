import { join } from "node:path";
import { filterPictures, Phase, readModel, type LayerParameter } from "../caffe/index.js";
import { parameterCount, planNetwork, type NetworkPlan } from "../engine/index.js";
import { filtersInRow, viewMimeType, type NetworkPayload } from "../payloads/index.js";
import { readManifest, type Study } from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { foldNetwork } from "./foldNetwork.js";
import { html, type Html } from "./html.js";
import { count, figure, note, row, table, title } from "./parts.js";
import { sheet } from "./picture.js";
import { imageTag, pngUrl } from "./png.js";
import { receptiveFields } from "./receptiveFields.js";

/**
 * Shows a fold's network, layer by layer: output size, learned values, and how many pixels of the patch one value
 * sees (its receptive field); and the filters of the first layer once it is trained.
 *
 * Before step 4 has written the fold's prototxt this is the tutorial's network.
 *
 * @throws HistobookError `BadInput` for a prototxt that can't be read, `Unsupported` for an unknown layer.
 * @example
 * const { data } = await showNetwork(study, 1);
 * String(data["text/plain"]).split("\n")[0];
 * // => 'Network "CIFAR10_quick", the tutorial\'s: 145,058 learned values'
 */
export async function showNetwork(study: Study, fold: number): Promise<Bundle> {
  const { directory } = study;
  const { net, file, size, inputs } = foldNetwork(study, fold);
  const plan = planNetwork(net, Phase.TRAIN, inputs, file ?? undefined);
  const model = readManifest(directory).models[fold] as { file: string; recorded?: string } | undefined;
  const payload: NetworkPayload = {
    version: 1,
    name: plan.name,
    file,
    parameters: parameterCount(plan),
    size,
    layers: layersOf(plan, size),
    filters: model ? await filtersOf(join(directory, model.file)) : null,
  };
  const heading = `Network "${plan.name}"${file === null ? ", the tutorial's" : ` of ${file}`}: ${count(payload.parameters)} learned values`;
  const rows = payload.layers.map(({ name, words, shapes, parameters, sees }) => [
    name,
    words,
    shapes.map((shape) => (shape.length === 0 ? "1 number" : shape.join(" × "))).join(", "),
    parameters === 0 ? "" : count(parameters),
    sees === null ? "whole patch" : `${sees} × ${sees}`,
  ]);
  const header = ["layer", "what it does", "output", "learned values", "sees (pixels)"];
  return bundle({
    recorded: model?.recorded,
    custom: { [viewMimeType("network")]: payload },
    html: html`${title(heading)}${table(header, rows, 2)}${note(
      `Input: a patch of 3 × ${size} × ${size} values minus the mean image.`,
    )}${row(filtersFigure(payload.filters))}`,
    text: [heading, ...rows.map((cells) => `  ${cells.join(" | ")}`)].join("\n"),
  });
}

function layersOf(plan: NetworkPlan, size: number): NetworkPayload["layers"] {
  const fields = receptiveFields(plan, size);
  return plan.layers.map((planned) => {
    const { layer, tops, parameters } = planned;
    return {
      name: layer.name,
      type: layer.type,
      words: describe(layer),
      inputs: layer.bottom,
      shapes: tops.map((shape) => [...shape]),
      blobs: parameters.map(({ shape }) => [...shape]),
      parameters: parameterCount({ ...plan, layers: [planned] }),
      sees: fields.get(layer.name) ?? null,
    };
  });
}

function describe(layer: LayerParameter): string {
  switch (layer.type) {
    case "Convolution": {
      const { numOutput = 0, kernelSize = [], pad = [] } = layer.convolutionParam ?? {};
      return `${numOutput} filters of ${kernelSize[0]} × ${kernelSize[0]}, padding ${pad[0] ?? 0}`;
    }
    case "Pooling": {
      const { pool = 0, kernelSize = 0, stride = 1 } = layer.poolingParam ?? {};
      return `${pool === 0 ? "largest" : "mean"} of ${kernelSize} × ${kernelSize}, every ${stride} pixels`;
    }
    case "ReLU":
      return "negative values become 0";
    case "InnerProduct":
      return "each output weighs all inputs";
    case "SoftmaxWithLoss":
      return "probabilities, compared with the class";
    case "Softmax":
      return "probabilities of the classes";
    default:
      return layer.type;
  }
}

async function filtersOf(path: string): Promise<NetworkPayload["filters"]> {
  for (const [layer, [weights]] of readModel(path).weights) {
    if (weights?.shape.length !== 4 || weights.shape[1] !== 3) continue;
    const [filters, , height, width] = weights.shape;
    const picture = await pngUrl(sheet(filterPictures(weights), filtersInRow, 0));
    return { layer, count: filters, width, height, picture };
  }
  return null;
}

function filtersFigure(filters: NetworkPayload["filters"]): Html[] {
  if (filters === null) return [];
  const { layer, count: number, width, picture } = filters;
  const words = `the ${number} filters of ${layer} after training (grey is zero)`;
  return [figure(imageTag(picture, Math.min(number, filtersInRow) * width * 6, words), words)];
}
