/// A secret that stands among the arguments of `warder mcp connect` itself, in place of a variable: every user of the
/// machine can read it there.
package enum LiteralSecret {
    /// - Parameters:
    ///   - value: an address, or what a header says; what stands in braces is a variable.
    ///   - name: of the header.
    /// - Returns: whether there is one, beyond doubt.
    package static func stands(in value: String, name: String? = nil) -> Bool {
        let bytes = Array(value.utf8)
        return ValueReader(name: name, value: value).spans.contains { span in
            span.evidence.certainty > .doubtful && !bytes[span.range].contains(UInt8(ascii: "{"))
        }
    }
}
