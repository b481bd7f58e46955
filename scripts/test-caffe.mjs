// npm run test:caffe [-- --build]: the tests that hand files to real Caffe and take them back; the last line counts.
import { requireNode } from "./setup/node-version.mjs";

requireNode();
import("./checks/caffe.mjs")
  .then(({ checkBesideCaffe }) => checkBesideCaffe(process.argv.slice(2)))
  .then((status) => {
    process.exitCode = status;
  });
