import Foundation
import NIOHTTP1
package import UpstreamAddresses
import WarderModel

/// An MCP server that is reached by HTTP, and what every request to it carries.
package struct RemoteServer: Sendable {
    /// Why its parts do not go together.
    package enum Invalid: Error, Hashable, Sendable {
        /// Both the address and a header say who is asking.
        case twoAuthorizations
    }

    let origin: UpstreamOrigin
    /// Path and query at first; the server may name others of its own.
    let target: String
    private let headers: HTTPHeaders
    /// What must not come back in an answer.
    let secrets: [String]

    /// - Parameters:
    ///   - address: where it is, with the values of its variables.
    ///   - headers: names and values, with theirs.
    ///   - secrets: those values.
    /// - Throws: ``Invalid``.
    package init(
        _ address: RemoteAddress.Filled,
        headers: [(String, String)],
        secrets: [String]
    ) throws(Invalid) {
        origin = address.origin
        target = address.target
        var all = HTTPHeaders(headers)
        var secrets = secrets
        if let user = address.user {
            guard all["authorization"].isEmpty else { throw .twoAuthorizations }
            // In an address they are escaped, and in a header they are not.
            let plain = user.removingPercentEncoding ?? user
            let credential = Data((plain.contains(":") ? plain : plain + ":").utf8).base64EncodedString()
            all.add(name: "Authorization", value: "Basic \(credential)")
            secrets += [credential] + plain.split(separator: ":", maxSplits: 1).dropFirst().map(String.init)
        }
        if all["user-agent"].isEmpty { all.add(name: "User-Agent", value: "warder/\(Release.version)") }
        self.headers = all
        // What comes back may be spelled otherwise than an address spells it.
        self.secrets = secrets + secrets.compactMap(\.removingPercentEncoding).filter { !secrets.contains($0) }
    }

    /// The header of a request for path and query; `length` is that of its body in bytes, `nil` where it has none.
    func head(
        _ method: HTTPMethod,
        _ target: String,
        accepting: String,
        length: Int?,
        _ more: [(String, String)]
    ) -> HTTPRequestHead {
        var all: HTTPHeaders = ["Host": origin.authority, "Accept": accepting, "Accept-Encoding": "identity"]
        if let length {
            all.add(name: "Content-Type", value: "application/json")
            all.add(name: "Content-Length", value: String(length))
        }
        all.add(contentsOf: more)
        all.add(contentsOf: headers)
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: all)
    }

    /// Where a redirection leads; `nil` for another place than this server.
    func target(at location: String) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") {
            return RemoteAddress.isTarget(location) ? location : nil
        }
        guard let address = try? RemoteAddress(location), address.origin == origin, address.variables.isEmpty,
            let filled = try? address.filled({ _ in nil }), filled.user == nil
        else { return nil }
        return filled.target
    }
}
