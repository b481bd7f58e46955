declare module "*/scripts/test-python.mjs" {
  export function testPython(): Promise<{ prefix: string; bin: string; python: string }>;
}
