/** Clusters: job scripts, what was handed to a scheduler, and what has become of it. */
export { followJobs, followTasks, jobFailed, statesInWords, type Followed } from "./follow.js";
export {
  cancelJobs,
  isActive,
  listJobs,
  statesOf,
  taskState,
  type Job,
  type JobList,
  type JobTask,
  type TaskState,
} from "./jobs.js";
export type { ClusterOptions } from "./resources.js";
export { places, type Place, type SchedulerName } from "./scheduler.js";
export { hasScheduler, noScheduler, placeOfWork } from "./schedulers.js";
export { readSubmissions, taskLog, type Submission } from "./submission.js";
export { planStep, submitStep, type ClusterStep, type PlannedJob } from "./submit.js";
export { builtInTemplate, type ClusterTask } from "./template.js";
export { submitMissing, type Submitted } from "./submitMissing.js";
export { quoted } from "./quote.js";
