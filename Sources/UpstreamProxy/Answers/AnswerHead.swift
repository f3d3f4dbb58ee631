import NIOHTTP1
import SecretRedaction
import UpstreamAddresses

/// An upstream's answer as the server gets it.
enum AnswerHead {
    /// The head with addresses turned to the proxy and credentials covered.
    ///
    /// `base` is the proxy's own address, such as `http://127.0.0.1:40123`.
    /// Throws `.answer` for what cannot be searched, is no answer, or has a credential where none can be covered.
    static func carried(
        _ head: HTTPResponseHead,
        from origin: UpstreamOrigin,
        base: String,
        covering shapes: SecretShapes
    ) throws(RequestRefusal) -> HTTPResponseHead {
        guard head.status != .switchingProtocols else { throw .answer }
        let codings = head.headers[canonicalForm: "content-encoding"].map { $0.lowercased() }
        guard codings.allSatisfy({ $0 == "identity" || $0.isEmpty }) else { throw .answer }
        // What is packed for the way by more than that would go on packed, and nobody would say so.
        let packings = head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() }
        guard packings.isEmpty || packings == ["chunked"] else { throw .answer }
        // Parts were not asked for, and a secret could lie across two of them.
        guard head.status != .partialContent else { throw .answer }
        // A name cannot be covered: with stars it would be another one.
        guard head.headers.allSatisfy({ !shapes.stand(in: $0.name) }) else { throw .answer }
        let addresses = AddressRewriting(origin: origin, base: base)
        let fields = EndToEnd.answerHeaders(of: head.headers).map { field in
            (field.name, shapes.redacted(addresses.rewritten(field.value, of: field.name)))
        }
        // The reason phrase is the upstream's text as well; the number's own says the same.
        let status = HTTPResponseStatus(statusCode: Int(head.status.code))
        return HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(fields))
    }
}
