/** What of trained models is public: the one that comes with the library. */
export { createTrainedSample, trainedModel, type TrainedModel } from "./trainedSample.js";
