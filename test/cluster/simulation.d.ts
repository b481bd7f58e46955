declare module "*/bench/scale-simulation.mjs" {
  /** An array of tasks: the seconds of each, and what it waits for. */
  export interface SimulatedArray {
    name: string;
    tasks: readonly number[];
    after?: readonly string[];
    atOnce?: number;
  }
  /** What a simulation finds, in seconds. */
  export interface Simulated {
    makespan: number;
    nodeSeconds: number;
    arrays: { name: string; begin: number | null; end: number }[];
  }
  export function simulate(
    arrays: readonly SimulatedArray[],
    options: { nodes: number; delay?: number },
  ): Simulated;
  export function dealt(items: readonly number[], parts: number): number[];
}
