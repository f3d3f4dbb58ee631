import SystemPackage
import WarderLinux

/// How far a sink has come, kept over restarts: the number of the newest event that it has.
struct SinkPosition {
    private let path: String

    init(of sink: String, in stateDirectory: String) { path = "\(stateDirectory)/sink-\(sink).position" }

    /// 0 for a sink that is new.
    /// - Throws: `Errno`; `.invalidArgument` for a file that holds anything but a number.
    func read() throws(Errno) -> UInt64 {
        guard let bytes = try SmallFile.read(path, limit: 32) else { return 0 }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasSuffix("\n"), let number = UInt64(text.dropLast()) else { throw .invalidArgument }
        return number
    }

    func write(_ number: UInt64) throws(Errno) {
        try SmallFile.write(Array("\(number)\n".utf8), to: path, mode: 0o600)
    }
}
