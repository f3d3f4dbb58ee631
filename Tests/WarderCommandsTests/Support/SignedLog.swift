import Foundation
import SecretMemory
import TransparencyLog
import WarderCrypto
import WarderModel

@testable import WarderCommands

/// A log of events as a vault spells them, and exports of it as a vault signs them.
struct SignedLog {
    private let signer: NoteSigner
    private(set) var lines: [[UInt8]] = []
    private var frontier = Frontier()

    init(count: Int) throws {
        let seed = try SecretBytes(copying: (0..<32).map { UInt8($0) })
        signer = NoteSigner(name: try NoteName("warder.log/test"), key: try SigningKey(seed: seed))
        // They differ by their numbers; whoever verifies many must not wait for their making.
        let parts = String(decoding: try SampleEvent.line(SampleEvent.full(.secretResolve)), as: UTF8.self)
            .split(separator: #""seq":17"#, maxSplits: 1)
        for number in 1...count {
            let line = Array("\(parts[0])\"seq\":\(number)\(parts[1])".utf8)
            lines.append(line)
            frontier.append(.leaf(line))
        }
    }

    /// What somebody pins.
    var key: String { signer.noteKey.text }

    var file: [UInt8] { lines.flatMap { $0 + [0x0A] } }

    func checkpoint(_ extensions: [String] = [], tree: Frontier? = nil) throws -> [UInt8] {
        let tree = tree ?? frontier
        let checkpoint = Checkpoint(
            origin: signer.noteKey.name,
            size: tree.size,
            root: tree.root,
            extensions: extensions
        )
        return try checkpoint.signed(by: [signer]).bytes
    }

    /// The checkpoint of the first events.
    func checkpoint(size: Int) throws -> [UInt8] {
        var tree = Frontier()
        for line in lines.prefix(size) { tree.append(.leaf(line)) }
        return try checkpoint(tree: tree)
    }

    /// The manifest of an export of all events, or of what came of a filter.
    func manifest(
        _ file: [UInt8]? = nil,
        count: Int? = nil,
        filter: String? = nil,
        pruned: UInt64? = nil
    ) throws -> [UInt8] {
        let manifest = ExportManifest(
            first: 1,
            last: UInt64(lines.count),
            count: UInt64(count ?? lines.count),
            digest: SHA256Digest.hash(file ?? self.file),
            filter: filter,
            pruned: pruned
        )
        return try checkpoint(manifest.lines)
    }

    /// An export of some events, the others as leaves of the tree.
    func filtered(_ fits: (Int) -> Bool) -> [UInt8] {
        lines.enumerated().flatMap { at, line in
            let node = CompletedNode(level: 0, index: UInt64(at), hash: .leaf(line))
            return (fits(at + 1) ? line : ExportLine.omitted(node).bytes) + [0x0A]
        }
    }
}

extension StubVault.Reply {
    /// An export with what the vault signs of it, as it comes over the wire.
    static func evidence(_ file: [UInt8], _ manifest: [UInt8]) throws -> StubVault.Reply {
        let note = try JSONSerialization.data(
            withJSONObject: ["manifest": String(decoding: manifest, as: UTF8.self)],
            options: .withoutEscapingSlashes
        )
        return .chunked([String(decoding: file, as: UTF8.self), String(decoding: note, as: UTF8.self) + "\n"])
    }
}
