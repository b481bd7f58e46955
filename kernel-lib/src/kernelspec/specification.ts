/** What Jupyter is told about the kernel: the content of its kernel.json, and its pictures. */
import { join } from "node:path";

/** The kernel's name, which notebooks carry and `jupyter kernelspec list` shows. */
export const kernelName = "histobook";

/** The kernel.json of Jupyter's documentation, as far as we use it. */
export interface KernelSpecification {
  /** The command; `{connection_file}` stands for the file that names the sockets. */
  argv: string[];
  display_name: string;
  language: string;
  /** `message`: interrupts come over the control socket and not as a signal. */
  interrupt_mode: "message" | "signal";
  metadata: { debugger: boolean };
}

/** The folder of this installation of histobook. */
export const installation = join(__dirname, "..", "..");

/** The program that Jupyter starts. */
export const launcher = join(installation, "bin", "kernel.js");

/** The kernel's pictures, by the names that Jupyter knows. */
export const logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"].map((name) =>
  join(installation, "kernelspec", name),
);

/**
 * The kernel.json of this installation and this Node, with full paths: it works whatever the PATH is.
 *
 * @example
 * kernelSpecification().display_name; // => "TypeScript (histobook)"
 */
export function kernelSpecification(): KernelSpecification {
  return {
    argv: [process.execPath, launcher, "{connection_file}"],
    display_name: "TypeScript (histobook)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}
