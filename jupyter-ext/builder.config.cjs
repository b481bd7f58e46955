const path = require("node:path");

/**
 * Merged into @jupyter/builder's Rspack configuration (see `jupyterlab.webpackConfig` in package.json).
 *
 * `histobook/payloads` is bundled from its TypeScript source: the library's build is CommonJS, from which no
 * unused part of zod could be dropped, and the page would load 450 KB instead of 30 KB.
 */
module.exports = {
  resolve: {
    alias: { "histobook/payloads$": path.join(__dirname, "../kernel-lib/src/display/payloads.ts") },
  },
  module: {
    rules: [
      {
        test: /\.ts$/,
        loader: "builtin:swc-loader",
        options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
        type: "javascript/auto",
      },
    ],
  },
};
