import SecretMemory

@testable import WarderCommands

extension Harness {
    /// Keys on a terminal, one after the other, as a hidden line takes them.
    static let typed = Harness("typed") { input in
        var line = HiddenLine(maximumBytes: 64)
        var expected: [UInt8] = []
        for byte in input {
            guard let outcome = line.take(byte) else {
                expected = after(byte, expected)
                continue
            }
            line.wipe()
            guard case .success(let secret) = outcome else { return }
            try hold([0x04, 0x0A, 0x0D].contains(byte), "a line ends with a key that ends it")
            try hold(secret.isEqual(to: expected), "a line is what was typed and not taken back")
            try hold(secret.count <= 64, "a line has a length")
            return
        }
        line.wipe()
    }

    /// What is left of a line: as bytes, of which those that begin no character go with the one that does.
    private static func after(_ byte: UInt8, _ line: [UInt8]) -> [UInt8] {
        switch byte {
        case 0x15, 0x17: return []
        case 0x08, 0x7F:
            let start = line.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
            return Array(line[..<start])
        default: return byte < 0x20 ? line : line + [byte]
        }
    }
}
