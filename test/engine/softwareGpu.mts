/** A GPU that the processor plays, for machines without one: SwiftShader, which comes with Chromium. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBrowser } from "../../scripts/browser.mjs";

/** Debian's place for Chromium's libraries; elsewhere they lie beside the program. */
const debian = "/usr/lib/chromium";

/** What a process must be started with, so that WebGPU finds SwiftShader: Vulkan's loader, and what it should load. */
export function softwareGpuEnvironment(): Record<string, string> {
  const folder = folderWithSwiftShader({ install: false }) ?? debian;
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return { LD_LIBRARY_PATH: libraries, VK_DRIVER_FILES: join(folder, "vk_swiftshader_icd.json") };
}

/** Elsewhere than on Linux WebGPU needs no such help. Installs Chromium where there is none and that can be done. @throws Error when it brings no SwiftShader. */
export function requireSoftwareGpu(): void {
  if (process.platform !== "linux") return;
  if (folderWithSwiftShader({ install: true }) === undefined)
    throw new Error("found no SwiftShader beside Chromium, expected one; run: apt-get install chromium");
}

function folderWithSwiftShader({ install }: { install: boolean }): string | undefined {
  const folders = [debian];
  try {
    folders.push(dirname(realpathSync(findBrowser({ install }))));
  } catch (error) {
    if (install) throw error;
  }
  return folders.find((folder) => existsSync(join(folder, "vk_swiftshader_icd.json")));
}
