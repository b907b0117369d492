import { DatabaseSync } from "node:sqlite";

const schemaVersion = 3;

/** Opens the read model; a file of another schema or store is emptied, since all of it comes from the log. */
export function openView(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;");
  const { user_version: found } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (found !== schemaVersion) {
    db.exec(`
      DROP TABLE IF EXISTS flows; DROP TABLE IF EXISTS progress;
      CREATE TABLE flows (
        kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, version INTEGER NOT NULL,
        state TEXT NOT NULL, done INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        pending INTEGER NOT NULL, next_due_ms INTEGER,
        number INTEGER, priority TEXT, assigned_to TEXT, created_by_cause TEXT,
        view TEXT NOT NULL,
        PRIMARY KEY (kind, id)
      );
      CREATE INDEX flows_open ON flows (pending, at_ms);
      CREATE INDEX flows_due ON flows (next_due_ms) WHERE next_due_ms IS NOT NULL;
      CREATE INDEX flows_cause ON flows (kind, created_by_cause) WHERE created_by_cause IS NOT NULL;
      CREATE INDEX flows_number ON flows (kind, number);
      CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, store_id TEXT NOT NULL);
      PRAGMA user_version = ${schemaVersion};
    `);
  }
  return db;
}
