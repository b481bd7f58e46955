/**
 * Tags by which a program can tell one failure from another; the sentence is for people.
 *
 * - `BadInput`: a file, folder, image or list is not what the step needs.
 * - `BadOption`: an option has a value that makes no sense.
 * - `MissingStep`: an earlier step's files are not there.
 * - `ScaleMismatch`: a model or database was made at another magnification.
 * - `Leakage`: a patient stands on both sides of a fold.
 * - `Locked`: another process holds the study or the database.
 * - `NoEngine`: no TensorFlow.js backend could be loaded.
 * - `NoKernel`: the notebook kernel would not start: Node is too old or a part of it is missing.
 * - `DownloadFailed`: a file on another machine did not come through.
 * - `NoScheduler`: a cluster's scheduler was asked for where there is none.
 * - `SchedulerRefused`: a cluster's scheduler did not take a job, or did not answer.
 * - `JobFailed`: a job on a cluster ended without its result.
 * - `ProcessLost`: a process that did a part of the work ended without a result.
 * - `TooLittleMemory`: a limit leaves less memory than the work takes.
 * - `Unsupported`: a Caffe layer, field or command that this version does not know.
 * - `Interrupted`: the caller's AbortSignal stopped the work; what was made so far is kept.
 */
export type ErrorCode =
  | "BadInput"
  | "BadOption"
  | "MissingStep"
  | "ScaleMismatch"
  | "Leakage"
  | "Locked"
  | "NoEngine"
  | "NoKernel"
  | "DownloadFailed"
  | "NoScheduler"
  | "SchedulerRefused"
  | "JobFailed"
  | "ProcessLost"
  | "TooLittleMemory"
  | "Unsupported"
  | "Interrupted";
