import Foundation
import Testing
import WarderCore
import WarderCrypto
import WarderModel

@testable import WarderHTTP

/// The key that auditors keep.
@Suite struct LogKeyTests {
    @Test("a log key is a C2SP verifier key: name, four bytes of a hash, and the key with its type")
    func spelling() throws {
        let foundation = Foundation(
            vault: RecordID(high: 1, low: 2),
            created: Timestamp(milliseconds: 0),
            profile: .team,
            inboxKey: [],
            logKey: [UInt8](0..<32),
            slots: [],
            keyRing: [],
            rootCreated: Timestamp(milliseconds: 0)
        )
        let parts = foundation.logKeyText(nil).split(separator: "+", maxSplits: 2).map(String.init)
        #expect(parts[0] == "warder.log/00000000000000010000000000000002")
        let material = try #require(Data(base64Encoded: parts[2]))
        #expect(Array(material) == [1] + [UInt8](0..<32))
        let id = SHA256Digest.hash(Array("\(parts[0])\n".utf8) + material)
        #expect(parts[1] == Hex.encode(Array(id.prefix(4))))
    }
}
