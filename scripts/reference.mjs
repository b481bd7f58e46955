// npm run docs: the reference of the library from its docstrings, into docs/reference (or the folder that is named).
// Everything that is public must be documented, and every link must lead somewhere: a warning counts as an error.
import { join, resolve } from "node:path";
import { Application, Comment, ReflectionKind, TSConfigReader, TypeDocReader } from "typedoc";
import { repository } from "./setup/paths.mjs";

const library = join(repository, "kernel-lib");
const [folder] = process.argv.slice(2);

const application = await Application.bootstrapWithPlugins(
  { options: join(library, "typedoc.json"), ...(folder !== undefined && { out: resolve(folder) }) },
  [new TypeDocReader(), new TSConfigReader()],
);
const project = await application.convert();
const isGood = () => !application.logger.hasErrors() && !application.logger.hasWarnings();
if (project) {
  documentMessages(project);
  application.validate(project);
  if (isGood()) await application.generateOutputs(project);
}
process.exitCode = project && isGood() ? 0 : 1;

/** The types of Caffe's messages are generated from caffe.proto, which says what they mean. */
function documentMessages(project) {
  for (const type of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
    const file = project.getSymbolIdFromReflection(type)?.fileName ?? "";
    if (!file.includes("generated") || type.hasComment()) continue;
    const words = `Caffe's message of that name, field by field; caffe.proto says what each means.`;
    type.comment = new Comment([{ kind: "text", text: words }]);
  }
}
