import SecretMemory
import WarderModel

@testable import SecretShares

extension Harness {
    /// Texts of shares: as they come; with a checksum that is right; and sets that are split and put together.
    static let share = Harness("share") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "t"): try readTexts(rest.lines)
        case UInt8(ascii: "b"): try readBody(Array(rest.rest))
        case UInt8(ascii: "s"): try split(&rest)
        default: return
        }
    }

    private static func readTexts(_ lines: [[UInt8]]) throws {
        guard lines.count <= 16 else { return }
        var shares: [Share] = []
        for line in lines {
            guard let share = try? Share(text: SecretBytes(copying: line)) else { continue }
            let text = try bytes(share.text())
            try hold(
                line == text || line == text.filter { $0 != UInt8(ascii: "-") },
                "a share has two spellings and no third"
            )
            shares.append(share)
        }
        guard let secret = try? Share.combine(shares) else { return }
        try hold(secret.count == shares[0].bytes.count, "a secret is as long as its shares")
        try hold(Set(shares.map(\.index)).count == shares.count, "each share counts once")
        try hold(shares.count >= shares[0].set.threshold, "too few shares give nothing")
    }

    /// Contents that the checksum vouches for.
    private static func readBody(_ body: [UInt8]) throws {
        guard (36...84).contains(body.count) else { return }
        let text = try ShareText.encode(ShareChecksum.appended(to: SecretBytes(copying: body)))
        guard let share = try? Share(text: text) else { return }
        try hold(try share.text().isEqual(to: text), "a share's text is read as it was written")
    }

    private static func split(_ input: inout Input) throws {
        let threshold = 2 + Int(input.byte() % 4)
        let count = threshold + Int(input.byte() % 4)
        let flipped = Int(input.byte())
        guard (16...64).contains(input.rest.count) else { return }
        let secret = try SecretBytes(copying: Array(input.rest))
        var shares = try Share.split(secret, threshold: threshold, count: count)
        try hold(try Share.combine(Array(shares.suffix(threshold))).isEqual(to: secret), "enough shares are enough")
        try hold((try? Share.combine(Array(shares.dropLast(count - threshold + 1)))) == nil, "one less is too few")
        guard count > threshold else { return }
        var forged = bytes(shares[0].bytes)
        forged[flipped % forged.count] ^= 1
        shares[0] = try Share(set: shares[0].set, index: shares[0].index, bytes: SecretBytes(copying: forged))
        try hold((try? Share.combine(shares)) == nil, "a forged share among more than enough is noticed")
    }

    static func bytes(_ secret: SecretBytes) -> [UInt8] {
        unsafe secret.withUnsafeBytes { unsafe Array($0) }
    }
}
