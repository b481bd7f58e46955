/** Jupyter's knowledge of the kernel: installing, removing and finding its kernelspec. */
export { conditionOf, findKernels, type FoundKernel, type KernelCondition } from "./find.js";
export { installKernel, uninstallKernel, type Installed } from "./install.js";
export type { PlaceOptions } from "./place.js";
export { kernelName, kernelSpecification } from "./specification.js";
