/// W3C Trace Context, section 3.2.2.
enum TraceContext {
    /// The `traceparent`, or `nil` if it is not `version-trace-span-flags`: what is malformed is left out, as that
    /// document asks, and so it can never end a header line.
    static func wellFormed(_ traceparent: String?) -> String? {
        guard let traceparent else { return nil }
        let parts = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], parts.allSatisfy({ LowercaseHex.isAll($0) }) else { return nil }
        return traceparent
    }
}

/// The spelling of digests and trace ids.
enum LowercaseHex {
    /// Whether there are only digits and `a` to `f`.
    static func isAll(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }
}
