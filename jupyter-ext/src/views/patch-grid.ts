import { tableAnswer, checkAgainst, type PatchGridPayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { sendButton } from "../controls/send-button.js";
import { element } from "../element.js";
import { PayloadError } from "../error-box.js";
import { BalanceBar } from "../grid/balance-bar.js";
import { gridControls } from "../grid/controls.js";
import { PatchDetail } from "../grid/detail.js";
import { countAll } from "../grid/filter.js";
import { TileLoader } from "../grid/loader.js";
import { GridModel } from "../grid/model.js";
import { GridStage } from "../grid/stage.js";
import { savedTable, wholeTable } from "../grid/table.js";
import { TileSheets } from "../grid/tiles.js";
import { patchSentence } from "../grid/words.js";
import { decodeJpeg } from "../jpeg.js";
import type { Line } from "../live/kernel-line.js";
import { thousands } from "../thousands.js";
import type { Drawing, View } from "../view.js";

/** The `patch-grid` view: patches to scroll, filter, sort, look at and select. */
export const patchGridView: View<PatchGridPayload> = {
  async draw(host, payload, { settings, line, translation }): Promise<Drawing<PatchGridPayload>> {
    const model = new GridModel(payload, savedTable(payload));
    const sheets = await savedSheets(payload);
    const balance = new BalanceBar(translation);
    const shownWords = element("span", { role: "status" });
    const selectedWords = element("span", { role: "status" });
    const trouble = element("p", { className: "histobook-said", role: "status" });
    const detail = new PatchDetail(model, sheets, payload.tile, line, translation);
    let loader: TileLoader | undefined;
    const stage = new GridStage(
      model,
      sheets,
      { tile: payload.tile, shown: settings.patchSide },
      {
        onCursor: () => detail.show({ ask: true }),
        onSelection: () => tellSelection(),
        onMissing: (patches) => loader?.want(patches),
        describe: (place) => patchSentence(model.facts, model.table, model.shown[place], translation),
      },
      translation.__("Patches: arrow keys move, space selects"),
    );
    const tellSelection = (): void => {
      selectedWords.textContent = translation.__("%1 selected", thousands(model.selected.size));
    };
    const arranged = (): void => {
      const here = thousands(model.shown.length);
      const counts = countAll(payload, model.filter);
      const all = counts.b + counts.e + counts.p;
      shownWords.textContent =
        all === model.shown.length
          ? translation.__("%1 patches", here)
          : translation.__("%1 of %2 patches", here, thousands(all));
      balance.show(counts);
      stage.node.scrollTop = 0;
      stage.arranged();
      // Nothing is asked of the kernel before the user points at a patch.
      detail.show({ ask: false });
    };
    const loadAll = async (): Promise<string> => {
      const answer = await line.call("table", null);
      const checked = checkAgainst(tableAnswer, answer.body);
      if (!checked.ok) throw new PayloadError(checked.problems[0]);
      const table = wholeTable(payload, answer.buffers);
      loader ??= new TileLoader(line, sheets, payload.tile, {
        arrived: () => {
          stage.repaint();
          detail.arrived();
        },
        failed: (error) => (trouble.textContent = error instanceof Error ? error.message : String(error)),
      });
      model.arrange({ table });
      arranged();
      return translation.__("All are here: their pictures arrive as you scroll.");
    };
    tellSelection();
    host.className = "histobook-patch-grid";
    host.append(
      element("div", { className: "histobook-header" }, [
        element("strong", {}, [payload.name]),
        shownWords,
        selectedWords,
      ]),
      gridControls(payload, model.filter, translation, (change) => {
        model.arrange(change);
        arranged();
      }),
      predictionNote(payload, translation),
      balance.node,
      element("div", { className: "histobook-grid-body" }, [stage.node, detail.node]),
      trouble,
      actions(payload, model, line, translation, loadAll),
    );
    arranged();
    return {
      dispose: () => {
        loader?.dispose();
        detail.dispose();
        stage.dispose();
        sheets.dispose();
      },
    };
  },
};

/** The payload's sprite sheets, decoded. */
async function savedSheets({ sheets, tile, saved }: PatchGridPayload): Promise<TileSheets> {
  const found = new TileSheets(tile);
  const pictures = await Promise.all(
    sheets.map(({ columns, rows, picture }, n) =>
      decodeJpeg(`sheets.${n}.picture`, picture, columns * tile, rows * tile),
    ),
  );
  let start = 0;
  sheets.forEach(({ columns, rows }, n) => {
    found.add(pictures[n], columns, saved.patch.slice(start, start + columns * rows), true);
    start += columns * rows;
  });
  if (start < saved.patch.length) {
    throw new PayloadError({
      where: "sheets",
      found: `${start} tiles`,
      expected: `at least ${saved.patch.length}`,
    });
  }
  return found;
}

function predictionNote({ predictedBy }: PatchGridPayload, translation: Translation): HTMLElement {
  return element("p", { className: "histobook-note" }, [
    predictedBy === null
      ? translation.__(
          'No predictions were given, so patches can\'t be sorted by them: after step 5, showPatches(study, { predictions: "maps" }) takes them from the probability maps.',
        )
      : translation.__("Predictions: %1.", predictedBy),
  ]);
}

/** What can be done with the patches: load those that are not saved, send the selection. */
function actions(
  payload: PatchGridPayload,
  model: GridModel,
  line: Line,
  translation: Translation,
  loadAll: () => Promise<string>,
): HTMLElement {
  const send = sendButton({
    label: translation.__("Send the selection to the kernel"),
    line,
    send: async () => {
      if (model.selected.size === 0)
        return translation.__("Select patches first: click with Ctrl, or press space.");
      const patches = [...model.selected].sort((one, other) => one - other);
      await line.call("select", { patches });
      return translation.__(
        "The kernel has %1 names, as “selected” of what showPatches() gave back.",
        thousands(patches.length),
      );
    },
  });
  const whole = payload.saved.patch.length === payload.total;
  const load = sendButton({
    label: translation.__("Show all %1 patches", thousands(payload.total)),
    line,
    send: loadAll,
  });
  return element("div", { className: "histobook-actions" }, whole ? [send] : [load, send]);
}
