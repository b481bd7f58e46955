/**
 * The content of `histobook.json`: what was made from what. Each record has a `key`, the fingerprint of its parameters
 * and of its parents' keys: equal keys mean equal files, whoever made them and when (so there are no dates here).
 */
export interface Manifest {
  format: "histobook-study";
  version: 1;
  /** Working pixels per pixel of the image files. */
  scale: number | null;
  /** Where the images come from and under which licence. */
  source: string | null;
  /** Step 1: the tutorial's patient_struct. */
  patches: {
    key: string;
    parameters: {
      scale: number;
      size: number;
      perImage: number;
      edgeRatio: number;
      backgroundRatio: number;
      rotations: number[];
      white: number;
      centre: "inference" | "original";
      maskRule: "majority" | "fringe";
      whiteEdges: "remove" | "keep";
      seed: number;
      /** The reader's own region rule: its name, the fingerprint of its text, and its settings; absent for the tutorial's. */
      regions?: {
        name: string;
        source: string;
        settings: Record<string, number | string | boolean>;
      };
    };
    /** False when step 1 only chose positions (`--direct`) and wrote no PNG files. */
    files: boolean;
    images: Record<
      string,
      {
        key: string;
        patient: string;
        imageNumber: number;
        /** Working size in pixels. */
        width: number;
        height: number;
        /** Positions of each type; every rotation of a position is one patch. */
        positions: { p: number; e: number; b: number };
      }
    >;
  } | null;
  /** Step 2. */
  folds: {
    key: string;
    /** The key of what it was made from, here and below; a manifest that an earlier histobook wrote doesn't say. */
    from?: string | null;
    parameters: {
      folds: number;
      seed: number;
      validation: number;
      stratify: boolean;
      separator: "tab" | "space";
    };
    size: number;
  } | null;
  /** Step 3, by fold. */
  databases: Record<
    string,
    {
      key: string;
      from?: string | null;
      scale: number;
      size: number;
      shuffle: boolean;
      seed: number;
      train: { count: number; byClass: number[] };
      test: { count: number; byClass: number[] };
      /** Of the fold's validation patients; made for a training that asks for it. */
      validation?: { key: string; count: number; byClass: number[] };
    }
  >;
  /** Step 4, by fold: the newest finished training. */
  models: Record<
    string,
    {
      key: string;
      from?: string | null;
      file: string;
      scale: number;
      size: number;
      iterations: number;
      engine: string;
      seed: number;
      /** What options changed in the prototxts for this run. */
      overrides: Record<string, number>;
      /** What was chosen beside the tutorial's recipe. */
      recipe?: Record<string, unknown>;
      /** The iteration of `file`, where the best by validation patients was taken; else it is the last. */
      best?: number;
      /** Where it was computed, when it was not trained here but taken from a recording. */
      recorded?: string;
    }
  >;
  /** Step 5: `out/1/8918_00007` -> how it was made. */
  maps: Record<
    string,
    {
      key: string;
      from?: string | null;
      fold: number;
      model: string;
      stride: number;
      /** Where it was computed, when it was not computed here but taken from a recording. */
      recorded?: string;
      /** The way in which it was computed; a manifest that an earlier histobook wrote doesn't say. */
      mode?: string;
      /** How far it agrees with window mode at pixels that were classified both ways; null in window mode. */
      agreement?: {
        pixels: number;
        /** The share with the same class, [0,1]. */
        agreement: number;
        /** Of the probability. */
        largestDifference: number;
        meanDifference: number;
      } | null;
    }
  >;
  /** Step 5, by fold: the threshold chosen on validation patients. */
  thresholds: Record<
    string,
    {
      key: string;
      from?: string | null;
      /** Probability from which a pixel is epithelium, [0,1]. */
      value: number;
      /** By what it was chosen, how good it is by that, and the floor; a manifest of an earlier histobook doesn't say. */
      choose?: "f-score" | "accuracy" | "youden" | "precision" | "recall";
      score?: number;
      atLeast?: number | null;
      /** Its F-score on the validation patients' pixels, and that of 0.5. */
      fScore: number;
      fScoreAtHalf: number;
      /** On whom it was chosen: patients kept aside, or all training patients by inner folds. */
      origin?: "validation" | "inner folds";
      patients: string[];
      pixels: number;
    }
  >;
  /** Step 5, by fold: thresholds that were set by hand where test patients can be seen; no evaluation takes them. */
  exploratory?: Record<string, number[]>;
  /** What the newest time budget of a whole run decided. */
  plan?: {
    /** Fingerprint of the question: the minutes, the images, the options; not of the machine. */
    key: string;
    minutes: number;
    preset: "quick" | "standard" | "paper";
    engine: string;
    perImage: number;
    iterations: number;
    stride: number;
    /** Of the parts of a run, by the speeds that were measured. */
    seconds: { patches: number; training: number; maps: number };
    /** What was measured, in seconds a piece. */
    speeds: Record<string, number>;
  };
}

/** What a study without a manifest has. */
export const emptyManifest: Manifest = {
  format: "histobook-study",
  version: 1,
  scale: null,
  source: null,
  patches: null,
  folds: null,
  databases: {},
  models: {},
  maps: {},
  thresholds: {},
};
