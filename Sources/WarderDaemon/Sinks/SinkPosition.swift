import Sealing
import SystemPackage
import WarderLinux
import WarderModel

/// How far a sink has come, kept over restarts: the number of the newest event that it has, and the origin of the log
/// that it counts in. A restored log has other events under the same numbers.
struct SinkPosition {
    struct Place: Equatable {
        var number: UInt64
        var origin: RecordID

        init(number: UInt64, origin: RecordID) {
            self.number = number
            self.origin = origin
        }

        /// Reads the file's one line: the number, a space, the origin, a line feed; `nil` for anything else.
        init?(_ bytes: [UInt8]) {
            let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let number = UInt64(words[0]),
                let origin = Hex.decode(String(words[1].dropLast())).flatMap({ RecordID(bytes: $0) })
            else { return nil }
            self.init(number: number, origin: origin)
            guard self.bytes == bytes else { return nil }
        }

        /// The file's line.
        var bytes: [UInt8] { Array("\(number) \(origin)\n".utf8) }
    }

    private let path: String

    init(of sink: String, in stateDirectory: String) { path = "\(stateDirectory)/sink-\(sink).position" }

    /// `nil` for a sink that is new.
    /// - Throws: `Errno`; `.invalidArgument` for a file that holds anything else.
    func read() throws(Errno) -> Place? {
        guard let bytes = try SmallFile.read(path, limit: 128) else { return nil }
        guard let place = Place(bytes) else { throw .invalidArgument }
        return place
    }

    func write(_ place: Place) throws(Errno) {
        try SmallFile.write(place.bytes, to: path, mode: 0o600)
    }
}
