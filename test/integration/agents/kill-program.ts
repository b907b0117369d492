import { UserRepo } from "../../agents/user-repo.ts";
import { replaceLine } from "../../agents/user-repo.ts";
import { briefOf, Crew, implementOf, withPatches } from "./crew.ts";

// Does one command as the developer and prints the commit; started and killed by kill.test.ts.
const [top = "", command = ""] = process.argv.slice(2);
const crew = new Crew(new UserRepo(top));
crew.start("developer");
const ticket = briefOf(withPatches(replaceLine("hello.txt", "hello", "bye")));
const work = await crew.done("developer.implement", implementOf(ticket), command);
const candidate = await crew.done(
  "developer.candidate",
  { ticket: ticket.id, repo: "project", branch: work.branch, commit: work.commit },
  "deploy.shop.2.0",
);
const merged = await crew.done("developer.merge", { ticket: ticket.id, candidate }, "ticket.T-0001.9.0");
process.stdout.write(`${JSON.stringify({ work: work.commit, merged: merged.commit })}\n`);
await crew[Symbol.asyncDispose]();
