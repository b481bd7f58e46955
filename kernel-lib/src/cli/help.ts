import type { Command } from "commander";
import { choiceOption, helpTopics } from "../foundation/index.js";
import { helpLines, readHelpPages } from "../help/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook help`: what an error means, or a command's options. */
export function helpCommand(program: Command): Command {
  return newCommand("help", "say what an error means and what to do, or a command's options")
    .argument("[names...]", "the words of an error's last line, e.g. masks; or a command")
    .action((names: string[], options: { json?: boolean }) => {
      const command = program.commands.find((one) => one.name() === names[0]);
      if (command) return void command.outputHelp();
      return perform(options, () => {
        const pages = readHelpPages();
        const asked = names.map((name) => choiceOption("help", name, helpTopics));
        const topics = pages.filter(({ topic }) => asked.includes(topic));
        const lines =
          asked.length === 0
            ? pages.map(({ topic, about }) => `${topic}: ${about}`)
            : topics.flatMap((page, i) => [...(i > 0 ? [""] : []), ...helpLines(page)]);
        return Promise.resolve({ data: { topics: asked.length === 0 ? pages : topics }, lines });
      });
    });
}
