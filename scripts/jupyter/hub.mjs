// A JupyterHub with learners, started from the configuration that docs/teaching.md gives to teachers.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chooseEnvironment, environmentVariables } from "../setup/python-environment.mjs";
import { JupyterServer } from "./server.mjs";
import { freePorts, Service } from "./service.mjs";

const configuration = join(import.meta.dirname, "jupyterhub_config.py");

/** Milliseconds between two looks whether a learner's server is there. */
const pause = 300;

/**
 * Starts a JupyterHub.
 *
 * @param programs the Python environment that has it
 * @param folder where it keeps its own files and the learners' folders
 * @param variables more of its environment, e.g. HISTOBOOK_CORES
 */
export async function startHub(programs, folder, variables = {}) {
  const port = await freePorts(3);
  const token = randomBytes(24).toString("hex");
  const service = new Service(programs.python, ["-m", "jupyterhub", "-f", configuration], {
    cwd: folder,
    env: {
      ...environmentVariables(programs),
      HISTOBOOK_HUB_FOLDER: folder,
      HISTOBOOK_HUB_PORT: String(port),
      HISTOBOOK_HUB_PASSWORD: randomBytes(12).toString("hex"),
      HISTOBOOK_HUB_TOKEN: token,
      // The kernels are those of the set-up's environment.
      JUPYTER_PATH: join(chooseEnvironment().prefix, "share", "jupyter"),
      ...variables,
    },
    log: join(folder, "hub.log"),
  });
  const address = `http://127.0.0.1:${port}/`;
  const hub = new JupyterServer(address, token);
  await service.whenAnswered(() => hub.ask("GET", "hub/api/"));

  /** The learner's server as the hub sees it, when it neither starts nor stops any more. */
  const settled = async (name) => {
    for (;;) {
      const { servers } = await hub.ask("GET", `hub/api/users/${name}?include_stopped_servers`);
      if (!servers[""]?.pending) return servers[""];
      await wait(pause);
    }
  };
  const start = async (name) => {
    await hub.ask("POST", `hub/api/users/${name}/server`);
    const own = await settled(name);
    if (!own?.ready) throw new Error(`${name}'s server did not start:\n${service.lastWords}`);
    return { name, pid: own.state.pid, server: new JupyterServer(`${address}user/${name}/`, token) };
  };
  return {
    /** Lets a learner in and starts the learner's server; gives it with its process. */
    async learner(name) {
      await hub.ask("POST", `hub/api/users/${name}`);
      return start(name);
    },
    /** Stops a learner's server and starts another one. */
    async restart(name) {
      await hub.ask("DELETE", `hub/api/users/${name}/server`);
      await settled(name);
      return start(name);
    },
    /** The end of the log of the hub and of all servers. */
    get lastWords() {
      return service.lastWords;
    },
    /** Ends the hub, its proxy, all servers and their kernels. */
    stop: () => service.stop(),
  };
}
