import RandomTesting

/// Damages files: bits, pieces left out, doubled or put in.
enum Mutation {
    private static let pieces: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "//", "/*", "*/", "\n", "\r", "\u{FEFF}", "\\u0000", "\\ud800",
            "null",
            "\"env\"", "\"command\"", "\"args\":[]", "\"url\":\"a://b:c@d\"", "${", "}", "$(", "--", "=", "@", "://",
            " ",
            "\"command\":\"warder\"", "\"run\",\"--server\",\"x\",\"--\",", "password=", ";", "ghp_", Invented.github,
            "Bearer ", "-----BEGIN PRIVATE KEY-----", "é", "\u{202E}",
        ].map { Array($0.utf8) } + [[0x00], [0x80], [0xC3], [0xED, 0xA0, 0x80], [0xFF]]

    static func mutate(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
            case 3: bytes.removeSubrange(at...)
            default: bytes.replaceSubrange(at..<end, with: pieces.randomElement(using: &random) ?? [])
            }
        }
        return bytes
    }
}
