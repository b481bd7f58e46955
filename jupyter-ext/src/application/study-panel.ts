import type { Contents } from "@jupyterlab/services";
import { Widget } from "@lumino/widgets";
import type { Message } from "@lumino/messaging";
import type { StepState, StepStatus } from "histobook/status";
import type { Translation } from "../context.js";
import { choice } from "../controls/choice.js";
import { element } from "../element.js";
import { byteWords } from "./byte-words.js";
import { FolderMemory } from "./folder-memory.js";
import { histobookIcon } from "./icons.js";
import { findStudies, readStudy, type StudyView } from "./study-reader.js";
import { tutorialNotebooks } from "./tutorialNotebooks.js";

/** What the panel asks of the application. */
export interface PanelActions {
  readonly contents: Contents.IManager;
  /** The folder that the file browser shows. */
  readonly folder: () => string;
  /** Opens the notebook of a step beside the study, or the tutorial's copy of it. */
  readonly openNotebook: (name: string, study: string) => void;
}

/** A sign for each state, beside the word: colour alone must not carry it. */
const signs: { readonly [state in StepState]: string } = {
  done: "✓",
  partial: "◐",
  stale: "↻",
  missing: "○",
};

/** What a look at the folder that the file browser shows has found. */
type Seen =
  | { readonly problem: string }
  | { readonly folder: string; readonly studies: readonly string[]; readonly study: StudyView | null };

/** The side panel: the study in the current folder, step by step. */
export class StudyPanel extends Widget {
  private chosen: string | undefined;
  private readonly memory: FolderMemory;
  private turn = 0;
  /** What is drawn, as text. */
  private drawn: string | undefined;

  constructor(
    private readonly actions: PanelActions,
    private readonly translation: Translation,
  ) {
    super();
    this.memory = new FolderMemory(actions.contents);
    this.id = "histobook-study-panel";
    this.title.icon = histobookIcon;
    this.title.caption = translation.__("histobook: the study and its steps");
    this.addClass("histobook-study");
    this.addClass("histobook-view");
    this.node.setAttribute("role", "region");
    this.node.ariaLabel = translation.__("Study");
  }

  /**
   * Reads the folder again, and draws what it holds where that is something else than before; of several calls under way, the last
   * one wins.
   */
  async refresh(): Promise<void> {
    if (!this.isVisible) return;
    const turn = ++this.turn;
    this.node.ariaBusy = "true";
    const seen = await this.look();
    if (turn !== this.turn || this.isDisposed) return;
    // What stays as it is keeps the reader's place in it, such as the focus on a button.
    const key = JSON.stringify(seen);
    if (key !== this.drawn) this.node.replaceChildren(this.header(), ...this.content(seen));
    this.drawn = key;
    this.node.ariaBusy = "false";
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.refresh();
  }

  private async look(): Promise<Seen> {
    const folder = this.actions.folder();
    try {
      const studies = await findStudies(this.memory, folder);
      const path = studies.find((study) => study === this.chosen) ?? studies.at(0);
      return { folder, studies, study: path === undefined ? null : await readStudy(this.memory, path) };
    } catch (error) {
      return {
        problem: error instanceof Error ? error.message : this.translation.__("the reason is unknown"),
      };
    }
  }

  private content(seen: Seen): Node[] {
    if ("problem" in seen)
      return [element("p", { className: "histobook-error", role: "alert" }, [seen.problem])];
    const { folder, studies, study } = seen;
    if (study) return [...this.chooser(studies, study.path), this.summary(study), this.steps(study)];
    return [
      element("p", { className: "histobook-note" }, [
        this.translation.__(
          "There is no study in this folder. The tutorial's first notebook makes one; so does “histobook sample”.",
        ),
      ]),
      this.button(this.translation.__("Open the epithelium tutorial"), () =>
        this.actions.openNotebook(tutorialNotebooks[0], folder),
      ),
    ];
  }

  private header(): HTMLElement {
    return element("div", { className: "histobook-study-header" }, [
      element("h2", {}, [this.translation.__("Study")]),
      this.button(this.translation.__("Refresh"), () => void this.refresh()),
    ]);
  }

  private chooser(studies: readonly string[], path: string): HTMLElement[] {
    if (studies.length < 2) return [];
    return [
      choice({
        name: "study",
        label: this.translation.__("Folder"),
        value: path,
        choices: studies.map((study) => ({ value: study, label: study })),
        onChange: (study) => {
          this.chosen = study;
          void this.refresh();
        },
      }),
    ];
  }

  private summary({ path, images, problems }: StudyView): HTMLElement {
    const { translation } = this;
    return element("div", {}, [
      element("p", {}, [
        element("strong", {}, [path === "" ? "/" : path]),
        ` · ${translation._n("%1 image", "%1 images", images)}`,
      ]),
      ...problems.map((problem) => element("p", { className: "histobook-note" }, [problem])),
    ]);
  }

  private steps({ steps, path }: StudyView): HTMLElement {
    return element(
      "ol",
      { className: "histobook-steps" },
      steps.map((step) => this.step(step, path)),
    );
  }

  private step(status: StepStatus, path: string): HTMLElement {
    const { step, state, made, of, unit, bytes, notes } = status;
    const amount = of === null ? "" : ` · ${made} / ${of} ${unit}`;
    const size = bytes === 0 ? "" : ` · ${byteWords(bytes)}`;
    const notebook = tutorialNotebooks[step];
    const item = element("li", {}, [
      element("span", { className: "histobook-sign", ariaHidden: "true" }, [signs[state]]),
      element("div", {}, [
        element("strong", {}, [this.stepName(step)]),
        element("p", { className: "histobook-note" }, [`${this.stateWord(state)}${amount}${size}`]),
        ...notes.map((note) => element("p", {}, [note])),
        this.button(notebook, () => this.actions.openNotebook(notebook, path)),
      ]),
    ]);
    item.dataset.state = state;
    return item;
  }

  private stepName(step: StepStatus["step"]): string {
    const { translation } = this;
    const names = [
      translation.__("Patches"),
      translation.__("Folds"),
      translation.__("Databases"),
      translation.__("Training"),
      translation.__("Output"),
    ];
    return `${step} ${names[step - 1]}`;
  }

  private stateWord(state: StepState): string {
    const { translation } = this;
    const words: { [key in StepState]: string } = {
      done: translation.__("done"),
      partial: translation.__("in part"),
      stale: translation.__("stale"),
      missing: translation.__("not done"),
    };
    return words[state];
  }

  private button(label: string, onClick: () => void): HTMLElement {
    const button = element("button", { type: "button", className: "histobook-button" }, [label]);
    button.addEventListener("click", onClick);
    return button;
  }
}
