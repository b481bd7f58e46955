/** The types of solver that Caffe has, as a solver's `type` names them. */
export type SolverType = "SGD" | "Nesterov" | "AdaGrad" | "RMSProp" | "AdaDelta" | "Adam";

/** A solver's constants (Caffe's names: momentum, momentum2, rms_decay, delta). */
export interface SolverConstants {
  momentum: number;
  momentum2: number;
  rmsDecay: number;
  /** Keeps divisions finite; stands outside the root in AdaGrad, RMSProp and Adam, inside it in AdaDelta. */
  delta: number;
}
