/** A Slurm of our own: munged, slurmctld and two slurmd on this machine, in the foreground, with ports and a folder of their own. */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A Slurm that runs, as its users meet it. */
export interface PrivateSlurm {
  /** The variables by which its programs find it. */
  env: NodeJS.ProcessEnv;
  /** Runs one of its programs, and gives back what it prints. */
  ask(program: string, ...args: string[]): string;
  /** Ends its daemons and removes its folder. */
  stop(): Promise<void>;
}

/** Ports are found by binding and letting go. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function configuration(folder: string, [controller, ...nodes]: number[]): string {
  const host = hostname().split(".")[0];
  const { username } = userInfo();
  const plugins = execFileSync("dpkg", ["-L", "slurm-wlm-basic-plugins"], { encoding: "utf8" }).split("\n");
  const pluginFolder = plugins.find((path) => path.endsWith("/auth_munge.so"))!.replace("/auth_munge.so", "");
  // Without it a job that came by qsub sees none of PBS' variables.
  const spank = plugins.find((path) => path.endsWith("/spank_pbs.so"));
  writeFileSync(join(folder, "plugstack.conf"), spank === undefined ? "" : `optional ${spank}\n`);
  return [
    "ClusterName=histobook",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller}`,
    `SlurmUser=${username}`,
    `SlurmdUser=${username}`,
    "AuthType=auth/munge",
    "CredType=cred/munge",
    // A job that was requeued waits until its credential has expired.
    `AuthInfo=socket=${folder}/munge.sock,cred_expire=5`,
    "MpiDefault=none",
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "JobAcctGatherType=jobacct_gather/none",
    "AccountingStorageType=accounting_storage/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "SlurmdParameters=config_overrides",
    "SchedulerType=sched/backfill",
    "SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0,batch_sched_delay=0",
    "PreemptType=preempt/partition_prio",
    "PreemptMode=REQUEUE",
    "ReturnToService=2",
    "KillWait=10",
    "MinJobAge=300",
    "SlurmctldTimeout=30",
    "SlurmdTimeout=30",
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool_%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd_%n.pid`,
    `PluginDir=${pluginFolder}`,
    `PlugStackConfig=${folder}/plugstack.conf`,
    ...nodes.map(
      (port, i) =>
        `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=4000 State=UNKNOWN`,
    ),
    "PartitionName=main Nodes=n1,n2 Default=YES MaxTime=60 DefaultTime=10 PriorityTier=1 State=UP",
    "PartitionName=short Nodes=n1,n2 MaxTime=1 DefaultTime=1 PriorityTier=1 State=UP",
    // Jobs of this one take the place of those of the next.
    "PartitionName=urgent Nodes=n1,n2 MaxTime=60 DefaultTime=10 PriorityTier=2 PreemptMode=OFF State=UP",
    "PartitionName=lent Nodes=n1,n2 MaxTime=60 DefaultTime=10 PriorityTier=1 State=UP",
  ].join("\n");
}

/**
 * Starts it; takes about a second.
 *
 * @throws Error with the daemons' last words
 */
export async function startSlurm(): Promise<PrivateSlurm> {
  // Sockets' paths are short.
  // Slurm's own configuration has no way to write a path with spaces.
  const folder = mkdtempSync("/tmp/slurm-");
  mkdirSync(join(folder, "state"));
  const key = join(folder, "munge.key");
  const socket = join(folder, "munge.sock");
  writeFileSync(key, randomBytes(1024), { mode: 0o400 });
  writeFileSync(join(folder, "slurm.conf"), configuration(folder, await freePorts(3)) + "\n");
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const env = { ...process.env, PATH: path, LC_ALL: "C", SLURM_CONF: join(folder, "slurm.conf") };
  // In a session of its own it outlives an interrupt at the keyboard, and this process' sudden end.
  const end = spawn("bash", [join(__dirname, "end-slurm.sh"), folder], {
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(end, "exit");
  let words = "";
  const start = (program: string, ...args: string[]): void => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (words += String(text)));
    child.on("error", (error) => (words += `${error.message}\n`));
    if (child.pid !== undefined) end.stdin.write(`${child.pid}\n`);
  };
  const ask = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const stop = async (): Promise<void> => {
    end.stdin.end();
    await ended;
  };
  const until = async (what: string, works: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 150; tries++) {
      try {
        if (works()) return;
      } catch {
        // Not yet.
      }
      await sleep(100);
    }
    await stop();
    throw new Error(`${what} did not come up: ${words.slice(-4000)}`);
  };
  start(
    "munged",
    ...["-F", "--force", `--key-file=${key}`, `--socket=${socket}`, `--pid-file=${folder}/munged.pid`],
    ...[`--log-file=${folder}/munged.log`, `--seed-file=${folder}/munged.seed`],
  );
  await until("munged", () => ask("munge", "-n", "-S", socket) !== "");
  start("slurmctld", "-D", "-i", "-c");
  for (const node of ["n1", "n2"]) start("slurmd", "-D", "-N", node);
  const idle = (): boolean =>
    ask("sinfo", "-h", "-N", "-p", "main", "-t", "idle", "-o", "%N").split("\n").length === 3;
  await until("Slurm", idle);
  return { env, ask, stop };
}
