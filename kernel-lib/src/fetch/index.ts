/** The tutorial's own data set: download, checks, unpacking. */
export { fetchTutorialData, tutorialData, type FetchOptions, type FetchResult } from "./fetchTutorialData.js";
