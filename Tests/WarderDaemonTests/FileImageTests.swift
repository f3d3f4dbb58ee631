import Foundation
import Testing

@testable import WarderDaemon

/// What is looked at in place of a file that the disk does not give as a whole.
@Suite("An image of a file")
struct FileImageTests {
    private struct DeadSector: Error {}

    private static let block = 4096

    /// `dead`: numbers of blocks that the disk does not give.
    private func image(of bytes: [UInt8], dead: Set<Int>) throws -> (FileImage?, [UInt8]) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "warder-image-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let source = directory + "/source"
        try Data(bytes).write(to: URL(filePath: source))
        let image = try FileImage.copy(
            source,
            to: directory + "/copy",
            reading: { file, offset, count in
                let blocks = offset / Self.block...(offset + count - 1) / Self.block
                guard dead.allSatisfy({ !blocks.contains($0) }) else { throw DeadSector() }
                return try FileImage.read(file, offset, count)
            }
        )
        return (image, try Array(Data(contentsOf: URL(filePath: directory + "/copy"))))
    }

    private func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &+ $0 / 4096) | 1 }
    }

    @Test("what the disk does not give is zeroes, and everything else is there")
    func deadSectors() throws {
        let bytes = bytes((2 << 20) + 5000)
        let last = bytes.count / Self.block
        let (image, copy) = try image(of: bytes, dead: [0, 300, 301, last])
        let tail = bytes.count - last * Self.block
        #expect(image?.byteCount == bytes.count)
        #expect(image?.unreadable == 3 * Self.block + tail)
        var wanted = bytes
        for block in [0, 300, 301, last] {
            for place in block * Self.block..<min(bytes.count, (block + 1) * Self.block) { wanted[place] = 0 }
        }
        #expect(copy == wanted)
    }

    @Test(
        "a file that can be read is the same byte for byte, an empty one too",
        arguments: [0, 1, 4096, 1 << 20, 1_500_001]
    )
    func whole(_ count: Int) throws {
        let bytes = bytes(count)
        let (image, copy) = try image(of: bytes, dead: [])
        #expect(image?.unreadable == 0 && copy == bytes)
    }

    @Test("where there is no file there is no image, and a link is not followed")
    func nothing() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "warder-image-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(try FileImage.copy(directory + "/source", to: directory + "/copy") == nil)
        try FileManager.default.createSymbolicLink(atPath: directory + "/link", withDestinationPath: "/etc/passwd")
        #expect(throws: BackupStop.self) { try FileImage.copy(directory + "/link", to: directory + "/copy") }
        #expect(!FileManager.default.fileExists(atPath: directory + "/copy"))
    }
}
