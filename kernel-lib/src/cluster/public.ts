/** What of the clusters is public: a study's jobs, and what a job may ask for. */
export { cancelJobs, listJobs, type Job, type JobList, type JobTask, type TaskState } from "./jobs.js";
export type { ClusterOptions } from "./resources.js";
export type { Place, SchedulerName } from "./scheduler.js";
export type { Submission } from "./submission.js";
export type { PlannedJob } from "./submit.js";
export type { Submitted } from "./submitMissing.js";
export type { Followed } from "./follow.js";
