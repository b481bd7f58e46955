import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/lib/",
      "**/node_modules/",
      ".venv/",
      ".histobook/",
      ".caffe/",
      "bench/.peers/",
      "docs/reference/",
      "kernel-lib/src/**/generated/",
      "jupyter-ext/jupyterlab_histobook/",
      "notebooks/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-require-imports": "off",
    },
  },
  { files: ["**/*.mjs", "**/*.js", "**/*.cjs"], languageOptions: { globals: globals.node } },
  { files: ["kernel-lib/bin/*.js", "**/*.cjs"], languageOptions: { sourceType: "commonjs" } },
);
