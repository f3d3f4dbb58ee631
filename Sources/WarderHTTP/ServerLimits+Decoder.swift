import NIOHTTP1

extension ServerLimits {
    /// The parser of a connection: keeps to the limits for heads.
    var requestDecoder: HTTPRequestDecoder {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headerFieldBytes
        limits.maxHeaderListSize = headerListBytes
        limits.maxHeaderFieldCount = headerFields
        return HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
    }
}
