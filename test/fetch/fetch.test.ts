/** `histobook fetch` against a server on this machine; the tutorial's own is out of our machines' reach. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { entryPlace } from "../../kernel-lib/src/fetch/entryPlace.js";
import { fetchTutorialData } from "../../kernel-lib/src/fetch/index.js";
import { openStudy, readManifest } from "../../kernel-lib/src/study/index.js";
import { run, runJson } from "../cli/command.js";
import { newFolder } from "../study/pictures.js";
import { archiveOf, sha256, tutorialEntries, type Entry } from "./archives.js";
import { sending, serve } from "./badServer.js";

let entries: Entry[];
let archive: Buffer;
let good: { sha256: string; pause: number };
let folder: string;
let study: string;
beforeAll(async () => {
  entries = await tutorialEntries();
  archive = await archiveOf(entries);
  good = { sha256: sha256(archive), pause: 1 };
});
beforeEach(() => {
  folder = newFolder();
  study = join(folder, "study");
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"])
    vi.stubEnv(name, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const partOf = (): string => join(study, "epi.tgz.part");

function expectWholeStudy(): void {
  expect(readdirSync(join(study, "images")).sort()).toEqual([
    "8918_00007.tif",
    "8918_00007_mask.png",
    "9036_00005.tif",
  ]);
  expect(readFileSync(join(study, "images", "8918_00007.tif"))).toEqual(Buffer.from(entries[0].content!));
  expect(readManifest(study)).toMatchObject({
    scale: 0.5,
    source: expect.stringContaining("Janowczyk") as string,
  });
  expect(readdirSync(study).sort()).toEqual(["histobook.json", "images"]);
  expect(openStudy(study).cases.map(({ maskPath }) => maskPath !== null)).toEqual([true, false]);
}

test("the command makes a study of it, and leaves one that is there as it is", async () => {
  const { url, ranges } = await serve(sending(archive));
  const args = ["fetch", study, "--url", url, "--sha256", good.sha256];
  const first = await runJson(args);
  expect(first).toMatchObject({
    status: 0,
    errors: "",
    last: { images: 2, masks: 1, passedOver: ["readme.txt"], reused: false },
  });
  expect(
    first.events.some(({ event, step, unit }) => event === "progress" && step === "fetch" && unit === "MB"),
  ).toBe(true);
  expectWholeStudy();
  const again = await run(args);
  expect(again).toMatchObject({ status: 0, out: `2 images and 1 masks in ${study}/images (as before).\n` });
  expect(ranges).toEqual([undefined]);
});

describe("a connection that breaks off", () => {
  test("is taken up again at the last byte", async () => {
    const { url, ranges } = await serve(
      sending(archive, { breakAfter: 5000 }),
      sending(archive, { breakAfter: 7000 }),
      sending(archive),
    );
    await fetchTutorialData(study, { url, ...good });
    expectWholeStudy();
    expect(ranges).toEqual([undefined, "bytes=5000-", "bytes=12000-"]);
  });

  test("is begun anew where the server knows no ranges", async () => {
    const { url } = await serve(
      sending(archive, { breakAfter: 5000, ranges: false }),
      sending(archive, { ranges: false }),
    );
    await fetchTutorialData(study, { url, ...good });
    expectWholeStudy();
  });

  test("and brings no more is given up; what has come stays for the next time", async () => {
    const { url } = await serve(sending(archive, { breakAfter: 5000 }), (_, response) => response.destroy());
    await expect(fetchTutorialData(study, { url, ...good })).rejects.toMatchObject({
      code: "DownloadFailed",
    });
    expect(statSync(partOf()).size).toBe(5000);
    const next = await serve(sending(archive));
    await fetchTutorialData(study, { url: next.url, ...good });
    expect(next.ranges).toEqual(["bytes=5000-"]);
    expectWholeStudy();
  });

  test("because it was interrupted keeps what has come", async () => {
    const stop = new AbortController();
    const { url } = await serve((request, response) => {
      sending(archive, { breakAfter: 5000 })(request, response);
      setTimeout(() => stop.abort(), 20);
    });
    const work = fetchTutorialData(study, { url, ...good, signal: stop.signal });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
    expect(existsSync(join(study, "images"))).toBe(false);
    await fetchTutorialData(study, { url: (await serve(sending(archive))).url, ...good });
    expectWholeStudy();
  });

  test("leaves a part that turns out to be of another file: all is downloaded anew", async () => {
    mkdirSync(study);
    writeFileSync(partOf(), "something else");
    const { url, ranges } = await serve(sending(archive));
    await fetchTutorialData(study, { url, ...good });
    expect(ranges).toEqual(["bytes=14-", undefined]);
    expectWholeStudy();
  });
});

describe("a server that lies", () => {
  test("about more than it sends is asked again, and given up", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": archive.length + 100 });
      response.write(archive, () => setTimeout(() => response.destroy(), 30));
    });
    await expect(fetchTutorialData(study, { url, ...good })).rejects.toMatchObject({
      code: "DownloadFailed",
    });
    expect(existsSync(join(study, "images"))).toBe(false);
  });

  test("about less than it sends has a wrong checksum", async () => {
    const { url } = await serve((_, response) => {
      response.socket!.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n`);
      response.socket!.end(archive);
    });
    await expect(fetchTutorialData(study, { url, ...good })).rejects.toThrow(
      /found an archive with the SHA-256 [0-9a-f]{64}, expected/,
    );
    expect(readdirSync(study)).toEqual([]);
  });

  test("about the part that it sends is refused", async () => {
    mkdirSync(study);
    writeFileSync(partOf(), archive.subarray(0, 100));
    const { url } = await serve((_, response) => {
      response.writeHead(206, { "content-range": `bytes 50-${archive.length - 1}/${archive.length}` });
      response.end(archive.subarray(50));
    });
    await expect(fetchTutorialData(study, { url, ...good })).rejects.toThrow(
      "a part of the file that was not asked for",
    );
  });

  test("with a size that no disk holds is not begun with", async () => {
    const { bavail, bsize } = statfsSync(folder);
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": bavail * bsize });
      response.write(archive);
    });
    await expect(fetchTutorialData(study, { url, ...good })).rejects.toThrow(
      /MB of free disk space, expected at least \d+ MB/,
    );
    expect(existsSync(partOf())).toBe(false);
  });
});

test("another archive than the tutorial's is refused, and an answer 404 said", async () => {
  const { url } = await serve(sending(archive));
  const refused = await run(["fetch", study, "--url", url]);
  expect(refused.status).toBe(1);
  expect(refused.errors).toContain(
    `found an archive with the SHA-256 ${good.sha256}, expected 5ac91a48de7d4f158f72cfc239b9a465849166397580b95d8f695095f54bcf6d;`,
  );
  const missing = await serve((_, response) => response.writeHead(404).end());
  const failed = await run(["fetch", study, "--url", missing.url]);
  expect(failed.errors).toContain("found the server's answer 404, expected the archive");
  expect(missing.ranges).toHaveLength(1);
});

describe("a proxy", () => {
  test("that http_proxy names is gone through, unless no_proxy names the server", async () => {
    const { url, server } = await serve(sending(archive));
    const { port } = new URL(url);
    const asked: string[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url!);
      sending(archive)(request, response);
    });
    proxy.server.on("connect", (request, socket) => {
      asked.push(request.url!);
      const there = connect(Number(port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        there.pipe(socket).pipe(there);
      });
    });
    vi.stubEnv("http_proxy", new URL(proxy.url).origin);
    await fetchTutorialData(study, { url: "http://tutorial.invalid/epi.tgz", ...good });
    expect(asked[0]).toContain("tutorial.invalid");
    expectWholeStudy();
    vi.stubEnv("no_proxy", "127.0.0.1");
    await fetchTutorialData(join(folder, "second"), { url, ...good });
    expect(asked).toHaveLength(1);
    expect(server.listening).toBe(true);
  });
});

describe("a file that is here already", () => {
  test("is unpacked and stays", async () => {
    const file = join(folder, "mine.tgz");
    writeFileSync(file, archive);
    expect((await run(["fetch", study, "--file", file, "--sha256", good.sha256])).status).toBe(0);
    expectWholeStudy();
    expect(existsSync(file)).toBe(true);
  });

  test("that is missing or cut short is named", async () => {
    const file = join(folder, "mine.tgz");
    await expect(fetchTutorialData(study, { file, ...good })).rejects.toThrow(
      /^.*mine.tgz: found no such file/,
    );
    const cut = archive.subarray(0, archive.length - 500);
    writeFileSync(file, cut);
    await expect(fetchTutorialData(study, { file, sha256: sha256(cut) })).rejects.toThrow(
      /mine.tgz: found damaged data/,
    );
    expect(readdirSync(study)).toEqual([]);
  });
});

describe("an archive that can't be trusted is refused as a whole:", () => {
  const image = Buffer.from("x");
  test.each<[string, Entry, RegExp]>([
    [
      "a name that leads out",
      { name: "../evil.png", content: image },
      /'..\/evil.png', a name that leads out/,
    ],
    ["an absolute name", { name: "/tmp/histobook-evil.png", content: image }, /a name that leads out/],
    ["a Windows name", { name: "..\\evil.png", content: image }, /a name that leads out/],
    ["a hidden way out", { name: "masks/../../evil.png", content: image }, /a name that leads out/],
    [
      "a symbolic link",
      { name: "link_1.png", type: "symlink", linkname: "/etc/passwd" },
      /'link_1.png', a symlink/,
    ],
    ["a hard link", { name: "link_1.png", type: "link", linkname: "/etc/passwd" }, /'link_1.png', a link/],
    [
      "a device",
      { name: "null_1.png", type: "character-device", devmajor: 1, devminor: 3 },
      /a character-device/,
    ],
    ["the same name twice", { name: "masks/8918_00007_MASK.png", content: image }, /two files of the name/],
    [
      "far more than its size in what is passed over",
      { name: "readme.txt", content: Buffer.alloc(150e6) },
      /more than 100 MB in it/,
    ],
    ["far more than its size", { name: "big_1.png", content: Buffer.alloc(150e6) }, /more than 100 MB in it/],
  ])("%s", async (_, entry, sentence) => {
    const bytes = await archiveOf([...entries, entry]);
    const { url } = await serve(sending(bytes));
    const work = fetchTutorialData(study, { url, sha256: sha256(bytes), pause: 1 });
    await expect(work).rejects.toThrow(sentence);
    expect(existsSync(join(study, "images"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["study"]);
    expect(existsSync("/tmp/histobook-evil.png")).toBe(false);
  });
});

test("a folder in use for something else is left alone, and an address must be one", async () => {
  writeFileSync(join(folder, "mine.txt"), "");
  await expect(fetchTutorialData(folder, good)).rejects.toThrow("found a folder with other files in it");
  await expect(fetchTutorialData(study, { url: "file:///etc/passwd" })).rejects.toMatchObject({
    code: "BadOption",
  });
  await expect(fetchTutorialData(study, { sha256: "none" })).rejects.toMatchObject({ code: "BadOption" });
});

test.each([
  ["./8918_00007.tif", { kind: "image", file: "8918_00007.tif" }],
  ["epi/masks/8918_00007_mask.png", { kind: "mask", file: "8918_00007_mask.png" }],
  ["._8918_00007.tif", { kind: "other" }],
  ["__MACOSX/8918_00007.tif", { kind: "other" }],
  ["masks/Thumbs.png", { kind: "other" }],
])("an entry's place: %s", (name, place) => {
  expect(entryPlace(name)).toEqual(place);
});
