import Foundation
import NIOCore
import NIOHTTP1
import UpstreamAddresses
import WarderCrypto
import WarderWire

/// A notice as it is posted: signed in the form of Standard Webhooks 1.0, so that its receiver can tell whose it is.
struct WebhookRequest: Sendable {
    /// Bytes of an id.
    private static let maximumID = 200

    let head: HTTPRequestHead
    let body: ByteBuffer

    /// - Parameters:
    ///   - notice: The JSON text that is posted.
    ///   - id: The notice's own, the same in each try.
    ///   - address: Where it goes.
    ///   - key: What it is signed with.
    ///   - time: Of this try, in seconds since 1970.
    /// - Throws: `StepFault` for an id that could be more than one field of a header.
    init(
        _ notice: [UInt8],
        id: String,
        to address: WebhookAddress,
        key: HMACSHA256Key,
        at time: Int
    ) throws(StepFault) {
        guard (1...Self.maximumID).contains(id.utf8.count), id.utf8.allSatisfy(Self.isPlain) else {
            throw StepFault(.failed, "the notice has no id that could stand in a header", retry: false)
        }
        let code = HMACSHA256.code(of: Array("\(id).\(time).".utf8) + notice, key: key)
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target)
        head.headers = [
            "Host": address.origin.authority,
            "User-Agent": "warder",
            "Content-Type": "application/json",
            "Content-Length": String(notice.count),
            "Connection": "close",
            "webhook-id": id,
            "webhook-timestamp": String(time),
            "webhook-signature": "v1,\(Data(code).base64EncodedString())",
        ]
        self.head = head
        body = ByteBuffer(bytes: notice)
    }

    /// The time has no full stop in it, so that one in the id leaves no doubt about where that ends.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
