import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  chooseBlocks,
  formatBlock,
  parseBlock,
  readRoutes,
  type Block,
} from "../../../cli/containers/subnets.ts";
import { makeScratch } from "../../support/scratch.ts";

const bits = [24, 27, 27, 27, 27, 27];
const block = (text: string): Block => parseBlock(text) as Block;
const end = ({ start, bits: length }: Block): number => start + 2 ** (32 - length);
const overlap = (a: Block, b: Block): boolean => a.start < end(b) && b.start < end(a);

test("reads and writes blocks", () => {
  expect(formatBlock(block("10.200.3.64/27"))).toBe("10.200.3.64/27");
  for (const text of ["fd00::/64", "", "10.0.0.0", "300.0.0.0/8", "10.0.0.0/40"])
    expect(parseBlock(text)).toBeUndefined();
});

test("gives six networks two blocks of 256 addresses, the same ones each time", () => {
  const chosen = chooseBlocks("dockfra", bits, []).map(formatBlock);
  expect(chosen).toHaveLength(6);
  expect(new Set(chosen.map((text) => text.split(".").slice(0, 3).join("."))).size).toBe(2);
  expect(chooseBlocks("dockfra", bits, []).map(formatBlock)).toEqual(chosen);
});

test("never takes what is taken, nor an address twice", () => {
  const taken = fc.record({
    start: fc.integer({ min: 0x0a_00_00_00, max: 0x0a_ff_ff_00 }),
    bits: fc.integer({ min: 9, max: 30 }),
  });
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.array(taken, { maxLength: 30 }), (prefix, blocks) => {
      const chosen = chooseBlocks(prefix, bits, blocks);
      for (const [index, one] of chosen.entries())
        for (const other of [...blocks, ...chosen.slice(index + 1)]) expect(overlap(one, other)).toBe(false);
    }),
  );
});

test("gives nothing where everything is taken", () => {
  expect(chooseBlocks("dockfra", bits, [block("10.0.0.0/8")])).toEqual([]);
});

test("reads the routes of the machine without the default one", async () => {
  await using scratch = await makeScratch();
  const path = join(scratch.dir, "route");
  await writeFile(
    path,
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
      "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
      "tun0\t0000D20A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n",
  );
  expect((await readRoutes(path)).map(formatBlock)).toEqual(["10.210.0.0/16"]);
  expect(await readRoutes("/nonexistent")).toEqual([]);
});
