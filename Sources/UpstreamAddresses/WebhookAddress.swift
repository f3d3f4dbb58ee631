/// Where notices are posted: `https://HOST[:PORT][/PATH]`, or the same with `http` for this machine's loopback.
///
/// There is no query, no user and no escape in it: it stands in a file that everybody may read, and is no place for a
/// secret.
package struct WebhookAddress: Hashable, Sendable {
    /// Host, port, and whether TLS is spoken there.
    package let origin: UpstreamOrigin
    /// What is asked for: the path as it was written, `/` where there was none.
    package let target: String

    /// - Throws: `UpstreamOrigin.Invalid`.
    package init(_ text: String) throws(UpstreamOrigin.Invalid) {
        origin = try UpstreamOrigin(text)
        // To many receivers /a/ is another place than /a.
        let isClosed = text.hasSuffix("/") || origin.path.isEmpty
        target = origin.path + (isClosed ? "/" : "")
    }

    /// The address, in its one spelling.
    package var text: String { (origin.isEncrypted ? "https://" : "http://") + origin.authority + target }
}
