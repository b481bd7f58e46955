// npm run setup: everything that the notebooks and tests need. `-- --retry` tries a native engine again that failed.
import { requireNode } from "./setup/node-version.mjs";

requireNode();
import("./setup/index.mjs")
  .then(({ setUp }) => setUp({ retry: process.argv.includes("--retry") }))
  .then(() => console.log("All is set up. Open the tutorial with: npm start"))
  .catch((error) =>
    import("./setup/failure.mjs").then(({ reportFailure }) => {
      process.exitCode = reportFailure(error);
    }),
  );
