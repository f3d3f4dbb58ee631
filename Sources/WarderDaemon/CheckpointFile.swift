import Foundation
import SystemPackage
import TransparencyLog
import WarderLinux
import WarderModel

/// The newest checkpoint of a log, in a directory apart from the database: one file for each origin, so that a restore
/// leaves alone what was said of the log before.
struct CheckpointFile: Sendable {
    /// Auditors read it.
    private static let mode: UInt32 = 0o644

    /// Why it was not written.
    enum Refused: Error {
        /// A larger log was signed before: this one is an older copy.
        case newerIsThere(size: UInt64)
        case kernel(Errno)
    }

    private static let suffix = ".checkpoint"

    /// Absolute.
    let directory: String

    func path(_ origin: RecordID) -> String { "\(directory)/\(origin)\(Self.suffix)" }

    /// `nil` where there is none, or it cannot be read.
    func read(_ origin: RecordID) -> [UInt8]? {
        (try? SmallFile.read(path(origin), limit: SignedNote.byteLimit)) ?? nil
    }

    /// All that lie there and can be read.
    func readAll() -> [RecordID: [UInt8]] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var found: [RecordID: [UInt8]] = [:]
        for name in names where name.hasSuffix(Self.suffix) {
            guard let bytes = Hex.decode(String(name.dropLast(Self.suffix.count))), let origin = RecordID(bytes: bytes)
            else { continue }
            found[origin] = read(origin)
        }
        return found
    }

    /// Replaces the one that is there, unless that is of a larger log.
    func write(_ note: [UInt8], size: UInt64, of origin: RecordID) throws(Refused) {
        let before = read(origin).flatMap { try? SignedNote($0) }.flatMap { try? Checkpoint(text: $0.text) }
        if let before, before.size > size { throw .newerIsThere(size: before.size) }
        do throws(Errno) { try SmallFile.write(note, to: path(origin), mode: Self.mode) } catch {
            throw .kernel(error)
        }
    }
}
