import StrictJSON
import WarderModel

@testable import Launching

extension Harness {
    /// What a launcher hears: `l`, lines of a client (behind a `c`) and a server, and where they are cut; `v`, the vault's
    /// answer with values for an environment.
    static let session = Harness("session") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "l"):
            let cut = rest.word()
            try lines(Array(rest.rest), limit: 1 + cut % 64, size: 1 + cut % max(rest.rest.count, 1))
            try track(rest.lines)
        case UInt8(ascii: "v"): try values(Array(rest.rest))
        default: return
        }
    }

    private static func lines(_ bytes: [UInt8], limit: Int, size: Int) throws {
        func pieces(_ size: Int) -> [LineBuffer.Piece] {
            var buffer = LineBuffer()
            var pieces: [LineBuffer.Piece] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                buffer.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                while let piece = buffer.next(limit: limit) { pieces.append(piece) }
            }
            return pieces + [.raw(buffer.takeAll())]
        }
        func joined(_ pieces: [LineBuffer.Piece]) -> [UInt8] {
            pieces.flatMap { piece in
                switch piece {
                case .line(let line): line + [UInt8(ascii: "\n")]
                case .raw(let bytes): bytes
                }
            }
        }
        try hold(joined(pieces(size)) == bytes, "all pieces together are the stream")
        try hold(joined(pieces(max(bytes.count, 1))) == bytes, "and so they are of one that is whole")
    }

    private static func track(_ lines: [[UInt8]]) throws {
        var tracker = SessionTracker()
        for line in lines {
            let (wasQuiet, wasBlind) = (tracker.isQuiet, tracker.isBlind)
            guard line.first == UInt8(ascii: "c") else {
                tracker.serverSaid(line)
                continue
            }
            let said = Array(line.dropFirst())
            tracker.clientSaid(said)
            try hold(!wasBlind || tracker.isBlind, "whoever lost sight does not find it again")
            try hold(!tracker.isBlind || tracker.opening.streams.isEmpty, "nothing is kept of what is not seen")
            guard wasQuiet, SessionTracker.isRequest(said), let id = id(said) else { continue }
            var answered = tracker
            answered.serverSaid(Array(#"{"jsonrpc":"2.0","result":{},"id":"#.utf8) + id + Array("}".utf8))
            try hold(answered.isQuiet || answered.isBlind, "an answer with a request's id ends it")
        }
    }

    /// The id of a message alone, as it is written.
    private static func id(_ line: [UInt8]) -> [UInt8]? {
        guard let document = try? JSONDocument(copying: line.span) else { return nil }
        return document.root.member("id")?.rawBytes
    }

    private static func values(_ bytes: [UInt8]) throws {
        let wanted = try [EnvironmentSecret("NAME=a/b#username"), EnvironmentSecret("PASSWORD=a/b#password")]
        guard let document = try? JSONDocument(copying: bytes.span) else { return }
        var values = EnvironmentValues()
        guard (try? values.add(wanted, document.root)) != nil else { return }
        try hold(Set(values.versions.keys) == Set(wanted), "what was asked for is there, and nothing else")
        try hold(Set(values.versions.values).count == 1, "values of one secret are of one version")
    }
}
