package import WarderStoreSQLite

/// Two schemas that no release has: what the machinery of migrations is tried with. They make the two tables anew that
/// the others point at and that grow, with a column more; the store works on them as it does on its own.
package enum LaterSchema {
    /// Those of this release, and two more.
    package static let migrations = Migration.all + [records, payloads]

    private static let next = Migration.all.count + 1

    private static let records = Migration(next, "give records a note") { work in
        try work.execute(
            """
            CREATE TABLE records_anew (
                id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
                kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32),
                revision INTEGER NOT NULL CHECK (revision > 0),
                epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 4294967295),
                sealed BLOB NOT NULL CHECK (length(sealed) >= 105),
                note TEXT
            ) STRICT
            """
        )
        try work.execute(
            forRowsOf: "records",
            """
            INSERT INTO records_anew SELECT id, kind, revision, epoch, sealed, NULL FROM records
            WHERE rowid BETWEEN :first AND :last ORDER BY rowid
            """
        )
        try work.execute(
            """
            DROP TABLE records;
            ALTER TABLE records_anew RENAME TO records;
            CREATE TRIGGER records_go_forward BEFORE INSERT ON records
            WHEN NOT coalesce(
                (SELECT kind = NEW.kind
                    AND (NEW.revision = revision + 1 OR NEW.revision = revision AND NEW.epoch > epoch)
                    FROM records WHERE id = NEW.id),
                NEW.revision = 1)
            BEGIN SELECT raise(ABORT, 'not the next revision'); END;
            """
        )
    }

    private static let payloads = Migration(next + 1, "give payloads a size") { work in
        try work.execute(
            """
            CREATE TABLE payloads_anew (
                seq INTEGER PRIMARY KEY REFERENCES log_leaves (seq),
                time INTEGER NOT NULL,
                epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 4294967295),
                sealed BLOB NOT NULL CHECK (length(sealed) >= 105),
                size INTEGER
            ) STRICT
            """
        )
        try work.execute(
            forRowsOf: "log_payloads",
            """
            INSERT INTO payloads_anew SELECT seq, time, epoch, sealed, length(sealed) FROM log_payloads
            WHERE seq BETWEEN :first AND :last ORDER BY seq
            """
        )
        try work.execute(
            """
            DROP TABLE log_payloads;
            ALTER TABLE payloads_anew RENAME TO log_payloads;
            CREATE TRIGGER log_payloads_do_not_change BEFORE UPDATE ON log_payloads
            BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
            CREATE TRIGGER log_payloads_fill_spans AFTER INSERT ON log_payloads WHEN NEW.seq % 1024 = 0
            BEGIN
                INSERT INTO log_spans SELECT NEW.seq / 1024, min(time), max(time) FROM log_payloads
                    WHERE seq BETWEEN NEW.seq - 1023 AND NEW.seq;
            END;
            """
        )
    }
}
