const { resolve } = require("node:path");

/**
 * Merged into @jupyter/builder's Rspack configuration (see `jupyterlab.webpackConfig` in package.json).
 *
 * The builder runs in this folder. `histobook/caffe`, `histobook/payloads` and `histobook/status` are bundled from their TypeScript source: the
 * library's build is CommonJS, from which no unused part of zod could be dropped, and the page would load 450 KB instead of 20 KB.
 */
module.exports = {
  resolve: {
    alias: {
      "histobook/caffe$": resolve("../kernel-lib/src/caffe/formats.ts"),
      "histobook/payloads$": resolve("../kernel-lib/src/payloads/index.ts"),
      "histobook/status$": resolve("../kernel-lib/src/study/browser.ts"),
    },
    extensionAlias: { ".js": [".ts", ".js"] },
  },
  module: {
    rules: [
      // The tutorial's notebooks travel with the extension, so that a user without a clone of the repository has them.
      { test: /\.ipynb$/, type: "json" },
      {
        test: /\.ts$/,
        loader: "builtin:swc-loader",
        options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
        type: "javascript/auto",
      },
    ],
  },
};
