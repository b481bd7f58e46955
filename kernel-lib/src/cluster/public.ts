/** What of the clusters is public: a study's jobs, and what a job may ask for. */
export { cancelJobs, listJobs, type Job, type JobList, type JobTask, type TaskState } from "./jobs.js";
export type { ClusterOptions } from "./resources.js";
export type { Place, SchedulerName } from "./scheduler.js";
