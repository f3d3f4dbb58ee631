import Sealing
import WarderWire

/// Why a backup was not verified or restored.
struct BackupStop: Error {
    /// Names of `BackupFailure`.
    enum Code: String {
        case wrongKey = "wrong_key"
        case notABackup = "not_a_backup"
        case altered
        case truncated
        case damaged
        case exists
        case locked
        case failed
    }

    let code: Code
    let message: String
    let remedy: String

    init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    init(_ error: StartError) { self.init(.failed, error.problem, remedy: error.remedy) }

    init(_ error: BackupError) {
        let another = "Take another backup, or another copy of this one"
        switch error {
        case .notABackup:
            self.init(
                .notABackup,
                "the file is no backup of a vault",
                remedy: "Name a file that warder backup create made"
            )
        case .unknownFormat, .unknownSlotKind:
            // As a later schema of the database in it: nothing says that it does not hold.
            self.init(.failed, "a later version of Warder wrote this backup", remedy: "Install that version")
        case .wrongKey:
            self.init(
                .wrongKey,
                "this opens no key slot of the backup",
                remedy: "It takes what opened the vault when the backup was made"
            )
        case .truncated: self.init(.truncated, "the file ends too early: it was not copied whole", remedy: another)
        case .trailingBytes:
            self.init(.altered, "the file goes on behind its end: it is not what was written", remedy: another)
        case .altered(let chunk):
            self.init(.altered, "the file was altered or is damaged, in its piece \(chunk)", remedy: another)
        case .malformed: self.init(.altered, "the file is not what its format says", remedy: another)
        case .checksum, .databaseSize:
            self.init(.damaged, "the database in the backup is not the one that was written", remedy: another)
        case .exhausted:
            self.init(.failed, "there is no locked memory left", remedy: "Raise the limit: ulimit -l")
        }
    }

    /// 10 for a backup that does not hold, 1 for everything else.
    var exitStatus: Int32 {
        switch code {
        case .altered, .truncated, .damaged, .notABackup: 10
        case .wrongKey, .exists, .locked, .failed: 1
        }
    }

    var line: BackupMessage {
        BackupMessage(failure: BackupFailure(code: code.rawValue, message: message, remedy: remedy))
    }
}
