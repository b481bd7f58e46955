// A Jupyter server without a hub, for one user.
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chooseEnvironment, environmentVariables } from "../setup/python-environment.mjs";
import { JupyterServer } from "./server.mjs";
import { freePorts, Service } from "./service.mjs";

/**
 * Starts a Jupyter server with the kernels of the set-up's environment.
 *
 * @param programs the Python environment that has Jupyter
 * @param folder for its own files; the notebooks' root is `root` inside
 */
export async function startServer(programs, folder) {
  const root = join(folder, "root");
  mkdirSync(root, { recursive: true });
  const port = await freePorts(1);
  const token = randomBytes(24).toString("hex");
  const args = [
    ...["-m", "jupyter_server", "--no-browser", "--allow-root", `--ServerApp.root_dir=${root}`],
    ...[`--ServerApp.port=${port}`, "--ServerApp.port_retries=0"],
  ];
  const service = new Service(programs.python, args, {
    cwd: folder,
    env: {
      ...environmentVariables(programs),
      JUPYTER_TOKEN: token,
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTER_PATH: join(chooseEnvironment().prefix, "share", "jupyter"),
    },
    log: join(folder, "server.log"),
  });
  const server = new JupyterServer(`http://127.0.0.1:${port}/`, token);
  await service.whenAnswered(() => server.ask("GET", "api/status"));
  return { server, root, pid: service.pid, stop: () => service.stop() };
}
