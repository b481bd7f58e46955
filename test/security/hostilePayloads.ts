/** One valid payload a view whose every free text is markup that would run, or fetch, if anything took it for a page. */
import type { DrawnViewName, PayloadOf } from "histobook/payloads";
import sharp from "sharp";

/** Where everything hostile points; nothing may ever ask for it. */
export const elsewhere = "http://histobook-evil.invalid";

/** Each would set a mark on the page, or ask for an address elsewhere. */
export const markup = [
  `<script>window.histobookPwned = 1</script>`,
  `<img src="${elsewhere}/a.png" onerror="window.histobookPwned = 2">`,
  `<svg onload="window.histobookPwned = 3"><use href="${elsewhere}/a.svg#b"/></svg>`,
  `<a href="javascript:window.histobookPwned=4">press</a>`,
  `<iframe srcdoc="<script>parent.histobookPwned=5</script>"></iframe>`,
  `"><style>@import url(${elsewhere}/a.css)</style>`,
  `'"--></textarea><b onmouseover="window.histobookPwned=6">`,
  "\u202e\u0000\u001b[2J{{constructor.constructor('window.histobookPwned=7')()}}",
].join(" ");

async function picture(width: number, height: number, format: "png" | "jpeg"): Promise<string> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#a06080" } })
    .toFormat(format)
    .toBuffer();
  return `data:image/${format};base64,${bytes.toString("base64")}`;
}

/** By view. */
export async function hostilePayloads(): Promise<{ [View in DrawnViewName]: PayloadOf<View> }> {
  const [png, jpeg] = [await picture(32, 32, "png"), await picture(32, 32, "jpeg")];
  const scores = { atThreshold: 0.5, atHalf: 0.4, allEpithelium: 0.3 };
  const series = { iterations: [0, 1, 2], values: [0.7, 0.6, 0.5] };
  const counts = { truePositives: 1, falsePositives: 1, falseNegatives: 1, trueNegatives: 1 };
  return {
    cases: {
      version: 1,
      total: 1,
      patients: 1,
      masked: 1,
      scale: 1,
      magnification: 10,
      cases: [
        {
          name: markup,
          patient: markup,
          masked: true,
          size: { width: 32, height: 32 },
          thumbnail: { width: 32, height: 32, image: jpeg, mask: png },
          problem: markup,
        },
      ],
      problems: [markup],
    },
    "patch-grid": {
      version: 1,
      name: markup,
      total: 1,
      size: 32,
      tile: 32,
      rotations: [0],
      images: [
        {
          name: markup,
          patient: markup,
          number: 1,
          fold: 1,
          rotations: [0],
          positions: { b: 0, e: 0, p: 1 },
        },
      ],
      predictedBy: markup,
      saved: {
        patch: [0],
        image: [0],
        type: "p",
        number: [1],
        rotation: [0],
        brightness: [90],
        probability: [200],
      },
      sheets: [{ columns: 1, rows: 1, picture: jpeg }],
    },
    "fold-summary": {
      version: 1,
      patients: [{ name: markup, images: 1, patches: { p: 1, e: 1, b: 1 } }],
      folds: [{ fold: 1, sides: "5" }],
    },
    "database-summary": {
      version: 1,
      fold: 1,
      databases: [
        {
          name: markup,
          count: 1,
          byClass: [1],
          byType: { p: 1, e: 0, b: 0, other: 0 },
          shape: { channels: 3, height: 32, width: 32 },
          bytes: 100,
          missing: [{ first: 1, last: 2 }],
          broken: [{ key: markup, reason: markup }],
          missingCount: 1,
          brokenCount: 1,
        },
      ],
      mean: { name: markup, width: 32, height: 32, means: [1, 2, 3], picture: png, stretched: png },
      patches: { names: [markup], classes: [0], before: png, after: png },
    },
    network: {
      version: 1,
      name: markup,
      file: markup,
      parameters: 1,
      size: 32,
      layers: [
        {
          name: markup,
          type: markup,
          words: markup,
          inputs: [markup],
          shapes: [[1, 32, 32]],
          blobs: [[1]],
          parameters: 1,
          sees: 32,
        },
      ],
      filters: { layer: markup, count: 1, width: 32, height: 32, picture: png },
    },
    "training-curve": {
      version: 1,
      state: "finished",
      engine: markup,
      planned: 1,
      secondsLeft: null,
      notes: [markup],
      runs: [
        {
          name: markup,
          done: 3,
          iterations: 3,
          loss: series,
          learningRate: series,
          speed: series,
          tests: [{ output: markup, series }],
          snapshot: { iteration: 2, file: markup },
        },
      ],
    },
    "probability-map": {
      version: 1,
      name: markup,
      width: 32,
      height: 32,
      image: png,
      probability: png,
      mask: png,
      other: { name: markup, probability: png },
      fold: 1,
      role: "test",
      threshold: 0.5,
    },
    evaluation: {
      version: 1,
      pooled: scores,
      band: { low: 0.4, high: 0.6 },
      averaged: scores,
      patients: [{ name: markup, fold: 1, threshold: 0.5, scores, counts }],
      curve: [{ threshold: 0.5, fScore: 0.5, low: 0.4, high: 0.6 }],
      repeats: 10,
      calibration: [{ from: 0, to: 1, predicted: 0.5, observed: 0.5, pixels: 4 }],
      figures: [{ name: markup, ...scores, low: 0.4, high: 0.6, allOther: 0 }],
      folds: [{ name: markup, fold: 1, threshold: 0.5, fScore: 0.5, low: 0.4, high: 0.6 }],
      boundary: [{ tolerance: 1, fScore: 0.5, low: 0.4, high: 0.6 }],
      worst: [{ name: markup, patient: markup, fold: 1, fScore: 0.1 }],
      notes: [markup],
    },
  };
}
