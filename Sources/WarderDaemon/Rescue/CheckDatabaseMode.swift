import ArgumentParser
import Glibc
import Sealing
import WarderConfiguration
import WarderCore
import WarderHTTP
import WarderStoreSQLite
import WarderWire

/// `warderd check-database`: what `warder rescue` runs.
struct CheckDatabaseMode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-database",
        abstract: "Open every row of a stopped vault's database. People run: warder rescue",
        discussion: """
            Writes lines of JSON to standard output, and reads what opens the vault from standard input. It looks at a \
            copy of its own: the database is only read, and no event is written.

              warder rescue --save rescued.jsonl
            """
    )

    /// Its `--config`, which says where the database lies.
    @ParentCommand var daemon: DaemonCommand
    @Option(help: "The state directory instead, an absolute path.") var state: String?
    @Option(help: "Where the copy lies meanwhile; in /var/tmp otherwise.") var workspace: String?
    @Flag(help: "Hand over every version that opens, with its values, instead of what is damaged.") var save = false

    func run() throws {
        try BackupMode.run(daemon.config) { desk throws(BackupStop) in
            let directory =
                if let state { state } else { try BackupMode.configuration(daemon.config).stateDirectory }
            let workspace = try Workspace(in: workspace ?? "/var/tmp")
            defer { workspace.remove() }
            let database = try StoppedDatabase(in: directory, copiedInto: workspace.path, desk)
            defer { database.store.close() }
            for remark in database.remarks { desk.say(BackupMessage(remark: remark)) }
            desk.say(BackupMessage(header: database.summary))
            let ring = try database.ring(with: BackupSecret.read(from: STDIN_FILENO))
            desk.say(BackupMessage(opened: true))
            do throws(DeepCheck.Stop) {
                if save { try handOver(database, ring, to: desk) } else { try check(database, ring, desk) }
                return 0
            } catch {
                try desk.put(CheckLines.failure(error))
                return 1
            }
        }
    }

    private func check(_ database: StoppedDatabase, _ ring: KeyRing, _ desk: BackupDesk) throws(DeepCheck.Stop) {
        let report = try DeepCheck(ring, database.foundation, store: database.store).run { progress in
            try? desk.put(CheckLines.progress(progress))
        }
        do throws(BackupStop) { for line in CheckLines.report(report) { try desk.put(line) } } catch {
            throw .cancelled
        }
    }

    private func handOver(_ database: StoppedDatabase, _ ring: KeyRing, to desk: BackupDesk) throws(DeepCheck.Stop) {
        do {
            let outcome = try Salvage(ring, store: database.store).run { piece in
                for part in CheckLines.version(piece) { try desk.put(part) }
            }
            try desk.put(CheckLines.outcome(outcome))
        } catch let stop as DeepCheck.Stop { throw stop } catch { throw .cancelled }
    }
}
