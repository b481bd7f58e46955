declare module "*/scripts/jupyter/server.mjs" {
  export interface CellEnd {
    reply: { status: string; ename?: string; evalue?: string };
    published: { type: string; content: { text?: string; data?: Record<string, unknown> } }[];
  }
  export class KernelLine {
    readonly id: string;
    execute(code: string): Promise<CellEnd>;
    interrupt(): Promise<void>;
    restart(): Promise<void>;
    shutDown(): Promise<void>;
    close(): void;
  }
  export class JupyterServer {
    constructor(address: string, token: string);
    ask(method: string, path: string, body?: object): Promise<unknown>;
    startKernel(path: string, kernel: string): Promise<KernelLine>;
  }
}

declare module "*/scripts/jupyter/hub-programs.mjs" {
  export function hubPrograms(): Promise<{ prefix: string; bin: string; python: string }>;
}

declare module "*/scripts/jupyter/hub.mjs" {
  import type { JupyterServer } from "*/scripts/jupyter/server.mjs";
  export interface Learner {
    name: string;
    pid: number;
    server: JupyterServer;
  }
  export function startHub(
    programs: { python: string },
    folder: string,
    variables?: Record<string, string>,
  ): Promise<{
    learner(name: string): Promise<Learner>;
    restart(name: string): Promise<Learner>;
    stop(): Promise<void>;
  }>;
}

declare module "*/scripts/jupyter/plain-server.mjs" {
  import type { JupyterServer } from "*/scripts/jupyter/server.mjs";
  export function startServer(
    programs: { python: string },
    folder: string,
  ): Promise<{ server: JupyterServer; root: string; pid: number; stop(): Promise<void> }>;
}

declare module "*/scripts/jupyter/learner.mjs" {
  import type { JupyterServer, KernelLine } from "*/scripts/jupyter/server.mjs";
  export function runNotebook(
    server: JupyterServer,
    path: string,
    change?: (cell: { tags: string[]; source: string }) => string,
  ): Promise<{ kernel: KernelLine; bytes: number }>;
}

declare module "*/scripts/jupyter/memory.mjs" {
  export function processTrees(roots: readonly number[]): number[][];
  export function proportionalBytes(pid: number): number;
}

declare module "*/scripts/setup/pins.mjs" {
  export const pythonPackages: Record<string, string>;
  export const tensorflow: string;
}

declare module "*/scripts/jupyter/kernels-at-once.mjs" {
  export function kernelsAtOnce(
    programs: { python: string },
    folder: string,
    count: number,
  ): Promise<{ startSeconds: number; lost: number; milliseconds: number[]; bytes: number }>;
}
