import Foundation
import Testing
import TransparencyLog

/// Manifests, and that they can be checked without Warder.
@Suite struct ManifestTests {
    @Test("a manifest is read as it was written, and only where it is possible")
    func spelling() throws {
        let digest = [UInt8](repeating: 0xAB, count: 32)
        let origin = try NoteName("log")
        func read(_ lines: [String]) throws -> ExportManifest {
            try ExportManifest(Checkpoint(origin: origin, size: 9, root: .leaf([1]), extensions: lines))
        }
        let good = [
            ExportManifest(first: 1, last: 9, count: 9, digest: digest),
            ExportManifest(first: 3, last: 5, count: 0, digest: digest, filter: "a b"),
            ExportManifest(first: 10, last: 9, count: 0, digest: digest),
            ExportManifest(first: 4, last: 9, count: 6, digest: digest, pruned: 3),
            ExportManifest(first: 1, last: 9, count: 2, digest: digest, filter: "pruned 4", pruned: 9),
        ]
        for manifest in good { #expect(try read(manifest.lines) == manifest) }
        let hash = "sha256 " + String(repeating: "ab", count: 32)
        for lines in [
            [], ["events 1 9", "count 9"], ["events 1 10", "count 10", hash], ["events 0 9", "count 10", hash],
            ["events 5 3", "count 0", hash], ["events 1 9", "count 8", hash],
            ["events 1 9", "count 10", hash, "filter x"],
            ["events 1 9", "count 9", hash, "filter "], ["events 1 9", "count 9", hash, "filter x", "more"],
            ["count 9", "events 1 9", hash], ["events 1  9", "count 9", hash],
            ["events 1 9", "count 9", hash.uppercased()],
            ["events 1 9", "count 9", hash, "pruned 0"], ["events 1 9", "count 9", hash, "pruned 10"],
            ["events 1 9", "count 9", hash, "pruned 3", "filter x"],
            ["events 1 9", "count 9", hash, "pruned 3", "more"],
            ["events 1 9", "count 9", hash, "pruned 03"], ["events 1 9", "count 9", hash, "pruned "],
            ["events 1 9", "count 9", hash + "00"], ["events 01 9", "count 9", hash],
        ] {
            #expect(throws: NoteError.manifest, "\(lines)") { try read(lines) }
        }
    }

    @Test("the commands of the format's page check an export, and refuse an altered one")
    func withoutWarder() throws {
        let log = TestLog(signer: try Keys.signer(), count: 30)
        let file = log.lines.file
        let manifest = try log.manifest(file, count: 30, filter: nil)
        #expect(try Self.check(log, file, manifest) == 0)
        #expect(try Self.check(log, file + [0x0A], manifest) != 0)
        let altered = manifest.text.replacing("count 30", with: "count 31").bytes
        #expect(try Self.check(log, file, altered) != 0)
    }

    /// Runs the page's commands in a folder of its own.
    private static func check(_ log: TestLog, _ file: [UInt8], _ manifest: [UInt8]) throws -> Int32 {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: tests.appending(path: "../docs/formats/transparency-log.md").standardizedFileURL,
            encoding: .utf8
        )
        let block = try #require(page.components(separatedBy: "```\n").dropFirst().first)
        let folder = FileManager.default.temporaryDirectory.appending(path: "manifest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(log.signer.noteKey.text.utf8).write(to: folder.appending(path: "vkey.txt"))
        try Data(file).write(to: folder.appending(path: "export.jsonl"))
        try Data(manifest).write(to: folder.appending(path: "export.manifest"))
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["-euc", block]
        shell.currentDirectoryURL = folder
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        return shell.terminationStatus
    }
}
