import { expect, test } from "vitest";
import * as histobook from "histobook";

test("the public names are these: a change here is a change for every user", () => {
  expect(Object.keys(histobook).sort()).toMatchInlineSnapshot();
});
