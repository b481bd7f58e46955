/** Each exercise with right and wrong answers on the real sample, the right ones worked out here in another way. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSample,
  exercise,
  exerciseNames,
  makeDatabases,
  makeFolds,
  makePatches,
  numberAnswer,
  numbersAnswer,
  openPatchStore,
  openStudy,
  output,
  parsePatchName,
  readImageRecord,
  readMask,
  readMeanImage,
  scoreMaps,
  train,
  wordAnswer,
  type Exercise,
  type ExerciseName,
  type Study,
} from "histobook";
import { newFolder } from "../study/pictures.js";
import { newSmallStudy } from "../training/smallStudy.js";

/** The sample with fold 1 done, as small as it goes. */
let study: Study;

beforeAll(async () => {
  study = openStudy(await createSample(join(newFolder(), "study")));
  await makePatches(study, { perImage: 20 });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  await train(study, { fold: 1, iterations: 30, batch: 16 });
  await output(study.directory, { fold: 1, stride: 16 });
}, 600_000);

afterAll(() => rmSync(join(study.directory, ".."), { recursive: true, force: true }));

const text = ({ data }: { data: Record<string, unknown> }): string => String(data["text/plain"]);
const lines = (file: string): string[] =>
  readFileSync(join(study.directory, file), "utf8").trimEnd().split("\n");
const patientsOn = (side: string, fold: number): string[] => lines(`${side}_w32_parent_${fold}.txt`);

/** How much of some patients' masks is white, or of all. */
async function share(patients?: readonly string[]): Promise<number> {
  const masks = await Promise.all(
    study.cases
      .filter(({ patient }) => patients?.includes(patient) ?? true)
      .map(({ maskPath }) => readMask(maskPath!)),
  );
  const pixels = masks.flatMap(({ data }) => [...data]);
  return pixels.filter((value) => value === 1).length / pixels.length;
}

/** A table in an exercise's text: its header, and its rows. */
function tableOf(question: string, first: string): [string[], string[][]] {
  const rows = question.split("\n").map((line) => line.trim().split(/ {2,}/));
  const start = rows.findIndex(([cell]) => cell === first);
  return [rows[start], rows.slice(start + 1).filter(({ length }) => length === rows[start].length)];
}

/** The average of a plane of fold 1's mean image. */
function planeMean(plane: number): number {
  const { data } = readMeanImage(join(study.directory, "DB_train_w32_1.binaryproto"));
  const part = data.subarray((plane * data.length) / 3, ((plane + 1) * data.length) / 3);
  return part.reduce((sum, value) => sum + value, 0) / part.length;
}

type Answers = { right: unknown[]; wrong: unknown[] };

/** By exercise: answers to it, given what it asks. */
const answers: Record<ExerciseName, (asked: string, one: Exercise<never>) => Promise<Answers> | Answers> = {
  "tell the patches apart": async (_, one) => {
    const names = [...text(await one.reveal()).matchAll(/(\d) is (\S+\.png)/g)];
    expect(names).toHaveLength(8);
    const numbers = (epithelium: 0 | 1) =>
      names.filter(([, , file]) => parsePatchName(file)!.class === epithelium).map(([, n]) => Number(n));
    expect(numbers(1).length).toBeGreaterThan(0);
    return { right: [numbers(1), [...numbers(1), numbers(0)[0]]], wrong: [numbers(0)] };
  },
  "guess the share": async (asked) => {
    const name = /\(a picture: (\S+)\)/.exec(asked)![1];
    const { data } = await readMask(study.cases.find((one) => one.name === name)!.maskPath!);
    const percent = (100 * data.filter((value) => value === 1).length) / data.length;
    return { right: [percent, Math.max(0, percent - 9)], wrong: [percent > 50 ? 0 : 100] };
  },
  "count the strangers": () => ({ right: [10 - patientsOn("train", 1).length], wrong: [2, 6, 9] }),
  "guess the class balance": async () => {
    const percent = 100 * (await share());
    return { right: [percent], wrong: [percent - 30, percent + 13] };
  },
  "look into the ring": async () => {
    const shares: number[] = [];
    for (const { name, maskPath } of study.cases) {
      const { data, width, height } = await readMask(maskPath!);
      for (const at of readImageRecord(study.directory, name)!.positions.e) {
        const seen: number[] = [];
        for (let y = -16; y < 16; y++)
          for (let x = -16; x < 16; x++) {
            const [row, column] = [Math.floor(at / width) + y, (at % width) + x];
            if (row >= 0 && row < height && column >= 0 && column < width)
              seen.push(data[row * width + column]);
          }
        shares.push(seen.reduce((sum, value) => sum + value, 0) / seen.length);
      }
    }
    const percent = (100 * shares.reduce((sum, value) => sum + value, 0)) / shares.length;
    return { right: [percent], wrong: [percent - 20, 100] };
  },
  "read a patch's name": (asked) => {
    const { patient, imageNumber } = parsePatchName(/called (\S+\.png)/.exec(asked)![1])!;
    const own = study.cases.filter((one) => one.patient === patient).map(({ name }) => name);
    const [stranger] = study.cases.filter((one) => one.patient !== patient);
    const right = own[imageNumber - 1];
    return { right: [right, `${right}.tif`], wrong: [own[2 - imageNumber], stranger.name, "nobody_1"] };
  },
  "find the leaking split": (asked) => {
    const [header, rows] = tableOf(asked, "image");
    expect([header.length, rows.length]).toEqual([6, 20]);
    const leaks = header.slice(1).map((_, split) => {
      const side = (sign: string) =>
        rows.filter((row) => row[split + 1] === sign).map(([name]) => name.split("_")[0]);
      return side("T").some((patient) => side("·").includes(patient));
    });
    expect(leaks.filter(Boolean)).toHaveLength(1);
    const numbers = (leaking: boolean) => leaks.flatMap((leak, i) => (leak === leaking ? [i + 1] : []));
    return { right: numbers(true), wrong: numbers(false) };
  },
  "find the lucky fold": async () => {
    const shares = await Promise.all([1, 2, 3, 4, 5].map((fold) => share(patientsOn("test", fold))));
    const best = shares.indexOf(Math.max(...shares)) + 1;
    return { right: [best], wrong: [1, 2, 3, 4, 5, 6].filter((fold) => fold !== best) };
  },
  "name who may choose": () => ({
    right: patientsOn("val", 5),
    wrong: [patientsOn("test", 5)[0], patientsOn("train", 5)[0], "nobody"],
  }),
  "find red in the mean image": (asked) => {
    const [, red] = /A is red, green, blue = (\d+)/.exec(asked)!;
    const isRed = Math.abs(Number(red) - planeMean(2)) <= 0.5;
    expect(isRed || Math.abs(Number(red) - planeMean(0)) <= 0.5).toBe(true);
    return { right: [isRed ? "a" : "B"], wrong: [isRed ? "B" : "a"] };
  },
  "meet in a batch": async () => {
    const store = await openPatchStore(join(study.directory, "DB_train_1"));
    const { value } = await store.batches(24).next();
    await store.close();
    const patients = new Set(value!.keys.map((key) => key.split("_")[1])).size;
    return { right: [patients, patients + 1], wrong: [1, 24] };
  },
  "measure the mean image": () => {
    const { data } = readMeanImage(join(study.directory, "DB_train_w32_1.binaryproto"));
    const green = [...data.subarray(1024, 2048)].sort((a, b) => a - b);
    const range = green[1023] - green[0];
    return { right: [range, range * 1.9], wrong: [range * 3, range / 3] };
  },
  "see without pooling": () => ({ right: [5 + 4], wrong: [5 + 2 + 2 * 4, 5, 25] }),
  "price the boaster": () => {
    const entries = lines("test_w32_1.txt");
    const right = entries.filter((line) => line.endsWith("\t1")).length / entries.length;
    const loss = -right * Math.log(0.9) - (1 - right) * Math.log(0.1);
    return { right: [loss], wrong: [0.69, 2.2] };
  },
  "count the rounds": () => {
    const rounds = (30 * 16) / lines("train_w32_1.txt").length;
    return { right: [rounds, rounds * 1.1], wrong: [30, rounds / 2] };
  },
  "choose without peeking": (asked) => {
    const [header, rows] = tableOf(asked, "threshold");
    expect(rows).toHaveLength(9);
    const column = header.indexOf(patientsOn("val", 1).join(", "));
    expect(header[3 - column]).toBe(patientsOn("test", 1).join(", "));
    const scores = rows.map((row) => Number(row[column]));
    const at = (score: number) => Number(rows[scores.indexOf(score)][0]);
    const [worst, best] = [Math.min(...scores), Math.max(...scores)];
    expect(best - worst).toBeGreaterThan(0.01);
    return { right: [at(best)], wrong: [at(worst), 0.55] };
  },
  "break the magnification": async () => {
    const [images, out] = ["images", "half"].map((name) => join(study.directory, name));
    const half = await output(study.directory, { fold: 1, images, out, scale: 0.5, stride: 4 });
    const test = patientsOn("test", 1);
    const { fScore } = await scoreMaps(
      study,
      half.images.filter(({ name }) => test.includes(name.split("_")[0])),
    );
    const wrong = [fScore! - 0.2, fScore! + 0.2].filter((value) => value >= 0 && value <= 1);
    return { right: [fScore], wrong };
  },
  "count the windows": () => ({ right: [75 * 75], wrong: [74 * 74, 75, Math.floor(224 ** 2 / 9), 50176] }),
};

describe.each(exerciseNames)("%s", (name) => {
  const start = () => exercise(name, study) as Exercise<never>;

  test("tells right answers from wrong ones, each in a sentence of its own, and reveals the answer", async () => {
    const one = start();
    const asked = text(await one.ask());
    expect(asked.split("\n")[0]).toBe(`Exercise: ${name}`);
    expect(asked).toMatch(/An answer is .+: give it to \.answer\(…\)/);
    const { right, wrong } = await answers[name](asked, one);
    for (const answer of right) {
      const reply = await one.answer(answer as never);
      expect([answer, reply.right, text(reply)]).toEqual([
        answer,
        true,
        expect.stringMatching(/Right\. .{20}/),
      ]);
    }
    const taught = new Set<string>();
    for (const answer of wrong) {
      const reply = await one.answer(answer as never);
      expect([answer, reply.right, text(reply)]).toEqual([
        answer,
        false,
        expect.stringMatching(/Not quite\. .{20}/),
      ]);
      taught.add(text(reply));
    }
    expect(taught.size).toBeGreaterThan(0);
    expect(text(await one.reveal())).toMatch(/ .{20}/);
  });

  test("waits where there is no answer or none that can be read, and gives its hints one at a time", async () => {
    const one = start();
    expect(text(await one.answer())).toContain("Not answered yet. An answer is ");
    const unreadable = await one.answer({} as never);
    expect([unreadable.right, text(unreadable)]).toEqual([null, expect.stringContaining("can't be read")]);
    const hints = Array.from({ length: 5 }, () => text(one.hint()).match(/^ {2}\d\. /gm)!.length);
    const count = hints.at(-1)!;
    expect(count).toBeGreaterThanOrEqual(2);
    expect(hints).toEqual(hints.map((_, i) => Math.min(i + 1, count)));
    expect(text(one.hint())).toContain("That was the last hint");
  });

  test("is shown as markup that needs no extension, small and without scripts", async () => {
    const { data } = await start().ask();
    expect(Object.keys(data)).toEqual(["text/html", "text/plain"]);
    expect(String(data["text/html"])).not.toMatch(/<script|<style|class=/);
    expect(JSON.stringify(data).length).toBeLessThan(120_000);
  });
});

describe("a study that can't be asked", () => {
  test("is told so in a sentence, and the notebook goes on", async () => {
    const fresh = await newSmallStudy();
    for (const name of exerciseNames.filter(
      (one) => one !== "count the windows" && one !== "guess the share",
    )) {
      const one = exercise(name, fresh) as Exercise<never>;
      const asked = await one.ask();
      const reply = await one.reveal();
      expect([name, asked.data["text/plain"]]).toEqual([name, expect.stringContaining("Exercise: ")]);
      if (name !== "see without pooling")
        expect([name, text(reply)]).toEqual([
          name,
          expect.stringContaining("This exercise can't be done yet. "),
        ]);
    }
    expect(text(await exercise("find the leaking split", fresh).ask())).toContain(
      "found one image a patient",
    );
  });
});

describe("exercise()", () => {
  test("refuses a name that it does not know, and lists those that it knows", () => {
    expect(() => exercise("guess" as ExerciseName, study)).toThrow(
      /found 'guess', expected one of 'tell the/,
    );
  });

  test("takes a teacher's own plan, whose mistakes are the teacher's to see", async () => {
    const plan = {
      title: "name the stain",
      question: "Which stain is violet?",
      form: wordAnswer('"haematoxylin" or "eosin"', ["haematoxylin", "eosin"]),
      hints: [],
      truth: () => "haematoxylin",
      judge: (answer: string, truth: string) => ({ right: answer === truth, words: "It binds to nuclei." }),
      solution: (truth: string) => truth,
    };
    const one = exercise(plan, study);
    expect((await one.answer("Haematoxylin")).right).toBe(true);
    expect((await one.answer("eosin")).right).toBe(false);
    const broken = exercise(
      {
        ...plan,
        truth: (): string => {
          throw new TypeError("a mistake");
        },
      },
      study,
    );
    await expect(broken.answer("eosin")).rejects.toThrow("a mistake");
  });

  test("escapes what stands in names", async () => {
    const plan = {
      title: "<b>",
      question: "a < b?",
      form: numberAnswer("a <number>"),
      hints: ["<i>"],
      truth: () => 1,
      judge: () => ({ right: true, words: "<u>" }),
      solution: () => "<s>",
    };
    const one = exercise(plan, study);
    const markup = [await one.ask(), await one.answer(1), one.hint(), await one.reveal()]
      .map(({ data }) => String(data["text/html"]))
      .join("");
    expect(markup).not.toMatch(/<(b|number|i|u|s)>/);
  });
});

test("answers are read in the forms in which people write them", () => {
  const fold = numberAnswer("a fold", { minimum: 1, maximum: 5 });
  expect(["3", 3, 7, "", null, NaN, [3]].map((given) => fold.read(given))).toEqual([
    3,
    3,
    ...Array<undefined>(5).fill(undefined),
  ]);
  const some = numbersAnswer("some", 8);
  expect([[3, 1, 3], [], [9], [1.5], 3, "3"].map((given) => some.read(given))).toEqual([
    [1, 3],
    [],
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([" a ", "", 3].map((given) => wordAnswer("a word").read(given))).toEqual([
    "a",
    undefined,
    undefined,
  ]);
});
