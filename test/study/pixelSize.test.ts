import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  magnificationOf,
  pixelSizeOf,
  readPixelSize,
  readTiffTags,
} from "../../kernel-lib/dist/study/index.js";
import { writeFileSync } from "node:fs";
import { asSharp, newFolder, tissue } from "./pictures.js";

const aperio =
  "Aperio Image Library v11.0.37\r\n2220x2967 (256x256) JPEG/RGB Q=30|AppMag = 20|StripeWidth = 2040|MPP = 0.4990|Left = 25.6";
const ome = (attributes: string): string =>
  `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" ${attributes} SizeX="10"/></Image></OME>`;

describe("the size of a pixel", () => {
  test.each<[string, Partial<Parameters<typeof pixelSizeOf>[0]>, number | null, string]>([
    ["Aperio's MPP", { description: aperio }, 0.499, "Aperio's MPP"],
    ["AppMag alone", { description: aperio.replace(/\|MPP[^|]*/, "") }, 0.5, "Aperio's AppMag"],
    ["OME in µm", { description: ome('PhysicalSizeX="0.25"') }, 0.25, "OME's PhysicalSizeX"],
    [
      "OME in nm",
      { description: ome('PhysicalSizeX="250" PhysicalSizeXUnit="nm"') },
      0.25,
      "OME's PhysicalSizeX",
    ],
    [
      "OME in an unknown unit",
      { description: ome('PhysicalSizeX="1" PhysicalSizeXUnit="reference frame"') },
      null,
      "",
    ],
    ["ImageJ", { description: "ImageJ=1.53t\nunit=micron\n", resolution: 4 }, 0.25, "ImageJ's unit"],
    ["ImageJ in inches", { description: "ImageJ=1.53t\nunit=inch\n", resolution: 4 }, null, ""],
    [
      "a resolution in cm",
      { resolution: 20_000, resolutionUnit: "centimetre" },
      0.5,
      "the TIFF's resolution",
    ],
    ["a resolution in inches", { resolution: 50_800, resolutionUnit: "inch" }, 0.5, "the TIFF's resolution"],
    ["a printer's resolution", { resolution: 300, resolutionUnit: "inch" }, null, ""],
    ["a resolution without a unit", { resolution: 20_000 }, null, ""],
    ["nothing", {}, null, ""],
  ])("is read from %s", (_, tags, micrometres, source) => {
    const found = pixelSizeOf({
      description: undefined,
      resolution: undefined,
      resolutionUnit: undefined,
      ...tags,
    });
    expect(found && found.source).toBe(micrometres === null ? null : source);
    if (micrometres !== null) expect(found!.micrometres).toBeCloseTo(micrometres, 9);
  });

  test("is read from files; other files have none", async () => {
    const folder = newFolder();
    const path = join(folder, "scan.tif");
    const picture = asSharp(tissue(20, 20));
    await picture.clone().tiff({ xres: 4000, yres: 4000, resolutionUnit: "cm", tile: true }).toFile(path);
    expect((await readPixelSize(path))!.micrometres).toBeCloseTo(0.25, 6);
    expect((await readTiffTags(path))!.tiled).toBe(true);
    await picture.clone().png().toFile(join(folder, "a.png"));
    writeFileSync(join(folder, "broken.tif"), "II*\0 and nothing more");
    for (const name of ["a.png", "broken.tif", "nowhere.tif"])
      expect(await readPixelSize(join(folder, name))).toBeNull();
    expect(magnificationOf(0.5)).toBe(20);
  });
});
