import SystemPackage

/// Files with nothing secret in them, read as a whole: documents, earlier reports.
enum WholeFile {
    /// What no such file is longer than, in bytes.
    static let limit = 64 << 20
    private static let chunk = 1 << 20

    /// The contents; a file that grows meanwhile, or a pipe, is read until its end.
    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let name = TerminalText.escaped(path)
        var bytes: [UInt8] = []
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
            try file.closeAfter {
                while bytes.count <= limit {
                    var piece = [UInt8](repeating: 0, count: chunk)
                    let count = try unsafe piece.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                    if count == 0 { return }
                    bytes += piece[..<count]
                }
            }
        } catch {
            throw .usage("cannot read \(name): \(SystemReason.text(error))")
        }
        guard bytes.count <= limit else { throw .usage("\(name) is larger than 64 MiB") }
        return bytes
    }

    /// The last part of a path, for people.
    static func name(of path: String) -> String { FilePath(path).lastComponent?.string ?? path }
}
