import ClientConfigurations
import Testing

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Whether the bytes of `text` stand anywhere in it.
    func contains(_ text: String) -> Bool {
        let wanted = text.bytes
        guard !wanted.isEmpty, wanted.count <= count else { return false }
        return (0...(count - wanted.count)).contains { self[$0...].starts(with: wanted) }
    }
}

/// Why a text is refused; `nil` if it is read.
func problem(_ bytes: [UInt8], limits: SyntaxLimits = .default) -> SyntaxError? {
    do throws(SyntaxError) {
        _ = try SyntaxTree(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}
