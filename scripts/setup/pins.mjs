// The versions that the set-up installs, here and nowhere else. environment.yml repeats them for conda and Binder,
// and test/setup/pins.test.ts keeps the two alike. npm's versions are package-lock.json's.

/** The oldest Node whose `require` reads ECMAScript modules, which the notebooks' kernel needs. */
export const oldestNode = "20.19.0";

/** The oldest Python that JupyterLab 4.6 and the TensorFlow below run on. */
export const oldestPython = "3.10";

/** Python packages for the notebooks (the first four) and for building the JupyterLab extension (the last two). */
export const pythonPackages = {
  jupyterlab: "4.6.6",
  notebook: "7.6.5",
  nbconvert: "7.17.2",
  nbclient: "0.11.0",
  hatchling: "1.33.0",
  editables: "0.6",
};

/**
 * What the tests of Jupyter's clients need beside those, and the library whose figures ours are compared with, in an environment
 * of their own (scripts/test-python.mjs).
 */
export const testPackages = {
  jupyter_kernel_test: "0.7.0",
  notebook: "7.6.5",
  papermill: "2.7.0",
  "scikit-learn": "1.7.2",
};

/** What the tests and the bench of a workshop need beside those: learners in a hub (scripts/jupyter/hub-programs.mjs). */
export const hubPackages = { jupyterhub: "6.1.1" };

/** The TensorFlow whose C library runs the networks where tfjs-node's own download is not to be had. */
export const tensorflow = "2.21.0";
