declare module "*/setup/python-environment.mjs" {
  export interface Environment {
    prefix: string;
    bin: string;
    python: string;
  }
  export function chooseEnvironment(env?: NodeJS.ProcessEnv): Environment;
  export function environmentVariables(environment: Environment, env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
}
