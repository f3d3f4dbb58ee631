extension Schema {
    /// The first schema. Never edited once released: a later one is a migration of its own. docs/formats/database.md
    /// explains it.
    static let migration1 = """
        CREATE TABLE vault (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id BLOB NOT NULL CHECK (length(id) = 16),
            created INTEGER NOT NULL,
            profile TEXT NOT NULL CHECK (profile IN ('single-user', 'team')),
            inbox_key BLOB NOT NULL CHECK (length(inbox_key) = 32),
            log_key BLOB NOT NULL CHECK (length(log_key) = 32),
            key_ring BLOB NOT NULL CHECK (length(key_ring) > 41),
            root_created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE key_slots (
            id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32),
            created INTEGER NOT NULL,
            salt BLOB NOT NULL CHECK (length(salt) = 16),
            passes INTEGER CHECK (passes > 0),
            memory_bytes INTEGER CHECK (memory_bytes > 0),
            share_set BLOB CHECK (length(share_set) = 16),
            threshold INTEGER CHECK (threshold BETWEEN 2 AND 255),
            shares INTEGER CHECK (shares BETWEEN threshold AND 255),
            wrapped BLOB NOT NULL CHECK (length(wrapped) = 73),
            CHECK ((kind = 'passphrase') = (passes IS NOT NULL)),
            CHECK ((passes IS NULL) = (memory_bytes IS NULL)),
            CHECK ((kind = 'shares') = (share_set IS NOT NULL)),
            CHECK ((share_set IS NULL) = (threshold IS NULL) AND (share_set IS NULL) = (shares IS NULL))
        ) STRICT;

        CREATE TABLE records (
            id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32),
            revision INTEGER NOT NULL CHECK (revision > 0),
            epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 4294967295),
            sealed BLOB NOT NULL CHECK (length(sealed) >= 105)
        ) STRICT;

        CREATE TRIGGER records_go_forward BEFORE INSERT ON records
        WHEN NOT coalesce(
            (SELECT kind = NEW.kind
                AND (NEW.revision = revision + 1 OR NEW.revision = revision AND NEW.epoch > epoch)
                FROM records WHERE id = NEW.id),
            NEW.revision = 1)
        BEGIN SELECT raise(ABORT, 'not the next revision'); END;

        CREATE TABLE version_values (
            secret BLOB NOT NULL REFERENCES records (id),
            version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
            epoch INTEGER CHECK (epoch BETWEEN 1 AND 4294967295),
            wrapped_key BLOB CHECK (length(wrapped_key) = 73),
            sealed BLOB CHECK (length(sealed) >= 105),
            PRIMARY KEY (secret, version),
            CHECK ((epoch IS NULL) = (sealed IS NULL) AND (wrapped_key IS NULL) = (sealed IS NULL))
        ) STRICT;

        CREATE TRIGGER version_values_stay BEFORE UPDATE ON version_values
        WHEN NEW.secret IS NOT OLD.secret OR NEW.version IS NOT OLD.version
            OR NEW.sealed IS NOT NULL AND (NEW.sealed IS NOT OLD.sealed OR NEW.epoch <= OLD.epoch)
        BEGIN SELECT raise(ABORT, 'values are immutable'); END;

        CREATE TRIGGER version_values_numbers_stay BEFORE DELETE ON version_values
        BEGIN SELECT raise(ABORT, 'version numbers are used once'); END;

        CREATE TABLE log_leaves (
            seq INTEGER PRIMARY KEY CHECK (seq > 0),
            leaf BLOB NOT NULL CHECK (length(leaf) = 32)
        ) STRICT;

        CREATE TRIGGER log_leaves_have_no_gaps BEFORE INSERT ON log_leaves
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log_leaves)
        BEGIN SELECT raise(ABORT, 'not the next number'); END;

        CREATE TRIGGER log_leaves_do_not_change BEFORE UPDATE ON log_leaves
        BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

        CREATE TRIGGER log_leaves_do_not_go BEFORE DELETE ON log_leaves
        BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

        CREATE TABLE log_payloads (
            seq INTEGER PRIMARY KEY REFERENCES log_leaves (seq),
            time INTEGER NOT NULL,
            epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 4294967295),
            sealed BLOB NOT NULL CHECK (length(sealed) >= 105)
        ) STRICT;

        CREATE TRIGGER log_payloads_do_not_change BEFORE UPDATE ON log_payloads
        BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

        CREATE TABLE log_spans (
            span INTEGER PRIMARY KEY CHECK (span > 0),
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL CHECK (latest >= earliest)
        ) STRICT;

        CREATE TRIGGER log_payloads_fill_spans AFTER INSERT ON log_payloads WHEN NEW.seq % 1024 = 0
        BEGIN
            INSERT INTO log_spans SELECT NEW.seq / 1024, min(time), max(time) FROM log_payloads
                WHERE seq BETWEEN NEW.seq - 1023 AND NEW.seq;
        END;

        CREATE TABLE log_nodes (
            level INTEGER NOT NULL CHECK (level BETWEEN 8 AND 56 AND level % 8 = 0),
            number INTEGER NOT NULL CHECK (number >= 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER log_nodes_have_no_gaps BEFORE INSERT ON log_nodes
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), -1) + 1 FROM log_nodes WHERE level = NEW.level)
        BEGIN SELECT raise(ABORT, 'not the next number'); END;

        CREATE TRIGGER log_nodes_do_not_change BEFORE UPDATE ON log_nodes
        BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

        CREATE TRIGGER log_nodes_do_not_go BEFORE DELETE ON log_nodes
        BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

        CREATE TABLE log_checkpoints (
            hour INTEGER PRIMARY KEY,
            size INTEGER NOT NULL CHECK (size >= 0),
            time INTEGER NOT NULL CHECK (time / 3600000 = hour),
            note BLOB NOT NULL CHECK (length(note) BETWEEN 1 AND 65536)
        ) STRICT;

        CREATE TRIGGER log_checkpoints_grow BEFORE INSERT ON log_checkpoints
        WHEN NEW.size < (SELECT max(size) FROM log_checkpoints)
        BEGIN SELECT raise(ABORT, 'the log does not shrink'); END;

        CREATE TABLE log_key_changes (
            epoch INTEGER PRIMARY KEY CHECK (epoch BETWEEN 2 AND 4294967295),
            note BLOB NOT NULL CHECK (length(note) BETWEEN 1 AND 65536)
        ) STRICT;

        CREATE TRIGGER log_key_changes_have_no_gaps BEFORE INSERT ON log_key_changes
        WHEN NEW.epoch IS NOT (SELECT coalesce(max(epoch), 1) + 1 FROM log_key_changes)
        BEGIN SELECT raise(ABORT, 'not the next epoch'); END;

        CREATE TRIGGER log_key_changes_do_not_change BEFORE UPDATE ON log_key_changes
        BEGIN SELECT raise(ABORT, 'the history of keys is append-only'); END;

        CREATE TRIGGER log_key_changes_do_not_go BEFORE DELETE ON log_key_changes
        BEGIN SELECT raise(ABORT, 'the history of keys is append-only'); END;

        CREATE TABLE inbox (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            sealed BLOB NOT NULL CHECK (length(sealed) > 48)
        ) STRICT;

        CREATE TABLE failed_commits (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            count INTEGER NOT NULL
        ) STRICT;
        INSERT INTO failed_commits VALUES (1, 0);

        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = 1;
        """
}
