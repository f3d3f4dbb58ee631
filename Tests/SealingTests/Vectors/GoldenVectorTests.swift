import Foundation
import SecretMemory
import Testing
import WarderModel

@testable import Sealing

/// Tests/Vectors/sealing-v1: what was sealed once opens for ever, and what must not open is refused for the stated
/// reason.
@Suite struct GoldenVectorTests {
    private let folder = VectorFolder.golden

    @Test func `records`() throws { try VectorRun(folder).records() }
    @Test func `values`() throws { try VectorRun(folder).values() }
    @Test func `events`() throws { try VectorRun(folder).events() }
    @Test func `keyrings`() throws { try VectorRun(folder).keyRings() }
    @Test func `key slots`() throws { try VectorRun(folder).slots() }
    @Test func `a vault, from its passphrase or credential on`() throws { try VectorRun(folder).vaults() }

    /// `WARDER_NEW_VECTORS=FOLDER swift test --filter GoldenVectorTests` writes a set to keep, into a folder that must
    /// not exist.
    @Test func `a set made today passes as well, and is never written over another`() throws {
        let wanted = ProcessInfo.processInfo.environment["WARDER_NEW_VECTORS"].map { URL(filePath: $0) }
        let url = wanted ?? URL.temporaryDirectory.appending(path: "warder-vectors-\(UUID().uuidString)")
        let generator = try VectorGenerator()
        try generator.write(to: url)
        defer { if wanted == nil { try? FileManager.default.removeItem(at: url) } }
        let run = try VectorRun(VectorFolder(url: url))
        try run.records()
        try run.values()
        try run.events()
        try run.keyRings()
        try run.slots()
        try run.vaults()
        #expect(throws: VectorGenerator.FolderExists.self) { try generator.write(to: url) }
        #expect(throws: VectorGenerator.FolderExists.self) { try generator.write(to: folder.url) }
        #expect(throws: (any Error).self) { try VectorFolder(url: url).write(generator.records()) }
    }
}
